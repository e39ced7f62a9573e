import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { first } from '../../../src/store/migrations/0001-first.ts';
import { openStore } from '../../../src/store/store.ts';

/** Databases of cafes that were set up with an older program. */
describe('a database of the first schema', () => {
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-migrate-'));
    path = join(directory, 'cafeboot.db');
    const old = new Database(path);
    old.exec(first);
    old.exec(`
      INSERT INTO images VALUES (1, 'win', 'os', '', 4096, NULL, 1), (2, 'games', 'data', '', 8192, NULL, 1);
      INSERT INTO versions VALUES (1, 1, 1, '', 'img-1-v1', 'ready', 1), (2, 2, 1, '', 'img-2-v1', 'ready', 1);
      UPDATE images SET publishedVersionId = id;
      INSERT INTO drafts VALUES (1, 1, 'img-1-d1700000000000', 1);
      INSERT INTO entries VALUES (1, 'win', '', 1, 1);
      INSERT INTO hosts VALUES (1, '52:54:00:00:00:01', 'pc-01', NULL, NULL, 1, 0, 'keep', 1);
      INSERT INTO overlays VALUES (1, 1, 1, 1, 1, 'ov-1', 'keep', 1, 2, 'iqn.t', 0);
    `);
    old.pragma('user_version = 1');
    old.close();
  });
  afterEach(() => rm(directory, { recursive: true }));

  test('keeps all that it held; versions and drafts have the size of their image', () => {
    const store = openStore(path);
    expect(store.images.allVersions()).toMatchObject([
      { volume: 'img-1-v1', sizeBytes: 4096 },
      { volume: 'img-2-v1', sizeBytes: 8192 },
    ]);
    expect(store.images.findDraft(1)).toMatchObject({ sizeBytes: 4096, baseVersionId: 1 });
    expect(store.overlays.list()).toMatchObject([{ volume: 'ov-1', target: 'iqn.t' }]);
    expect(store.hosts.list()).toMatchObject([{ name: 'pc-01', power: ['agent', 'wol'] }]);
    const image = store.images.find({ name: 'win' });
    expect(image).toMatchObject({ publishedVersionId: 1, lastVersion: 1 });
    const next = { imageId: 1, note: '', volume: 'x', sizeBytes: 4096, createdAt: 3 };
    const added = store.images.addVersion({ ...next, state: 'ready' });
    expect(added.number).toBe(2);
    store.images.removeVersion(added.id);
    store.close();
    const again = openStore(path);
    expect(again.images.find({ name: 'win' })?.lastVersion).toBe(2);
    again.close();
  });
});
