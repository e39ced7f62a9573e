import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { backUpDatabase, restoreDatabase } from '../../../src/install/database-backup.ts';
import { waitForVersion } from '../../../src/install/service.ts';

describe('the database of an upgrade', () => {
  let dir: string;
  let database: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cafeboot-upgrade-'));
    database = join(dir, 'cafeboot.db');
    await writeFile(database, 'before');
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('comes back as it was, without the log that the failed program left', async () => {
    const copy = await backUpDatabase(database, new Date());
    await writeFile(database, 'spoilt');
    await writeFile(`${database}-wal`, 'of the spoilt one');
    await restoreDatabase(database, copy);
    expect(await readFile(database, 'utf8')).toBe('before');
    expect(await readdir(dir)).toEqual(['backups', 'cafeboot.db']);
  });

  test('is kept with the log that a crash left, which belongs to it', async () => {
    await writeFile(`${database}-wal`, 'committed');
    const copy = await backUpDatabase(database, new Date());
    await rm(`${database}-wal`);
    await restoreDatabase(database, copy);
    expect(await readFile(`${database}-wal`, 'utf8')).toBe('committed');
  });

  test('is kept five times; what else lies there stays', async () => {
    await mkdir(join(dir, 'backups', 'daily'), { recursive: true });
    const copies: string[] = [];
    for (let day = 1; day <= 7; day += 1) {
      copies.push(basename(await backUpDatabase(database, new Date(Date.UTC(2026, 0, day)))));
    }
    expect(await readdir(join(dir, 'backups'))).toEqual([...copies.slice(2), 'daily']);
  });
});

describe('whether the new program answers', () => {
  const wait = (answers: (string | Error)[], restarts = 0, timeoutMs = 5_000) =>
    waitForVersion({
      readStatus: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (typeof answer !== 'string') throw answer;
        return { version: answer };
      },
      ...{ version: '2.0.0', timeoutMs },
      restarts: async () => restarts,
    });
  const nobody = new Error('nobody listens');

  test('it does once it has started', async () =>
    expect(await wait([nobody, nobody, '2.0.0'])).toBe(true));
  test('another version is no answer', async () =>
    expect(await wait(['1.0.0'], 0, 600)).toBe(false));
  test('silence is none', async () => expect(await wait([nobody], 0, 600)).toBe(false));
  test('one that ends again and again is not waited for', async () => {
    const before = performance.now();
    expect(await wait([nobody], 5, 60_000)).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});
