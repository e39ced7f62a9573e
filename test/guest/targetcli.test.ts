import { readFile, truncate, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startLio } from '../../src/storage/lio.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { type BatchTarget, targetcliBatch } from '../../src/storage/targetcli-batch.ts';
import { makeVolumeGroup } from './volume-group.ts';

const portals = [{ address: '127.0.0.1', port: 3264 }];
const options = { portals, run, onSaveFailed: () => {} };
const prefix = 'iqn.2022-10.org.dbc.iscsi:sn.win';

/** What is another at every making: names of links, and what lies under a number that counts up. */
function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'alias');
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutIds(each)]));
}

async function savedConfig(): Promise<unknown> {
  const path = '/run/saveconfig-test.json';
  await run('targetcli', ['saveconfig', path], { timeoutMs: 120_000 });
  return withoutIds(JSON.parse(await readFile(path, 'utf8')));
}

async function targetSpecs() {
  const cleanUp = await makeVolumeGroup('cbtest');
  const pool = { volumeGroup: 'cbtest', pool: 'pool', sizeBytes: 1024 ** 3 };
  const store = await startLvmThin({ ...pool, run });
  for (const name of ['ov-1', 'ov-2']) await store.create(name, 8 * 1024 ** 2);
  await writeFile('/run/ov-3.img', '');
  await truncate('/run/ov-3.img', 8 * 1024 ** 2);
  const disk = (name: string, serial: string) => ({
    devicePath: store.devicePath(name),
    serial,
    isFile: false,
  });
  const targets: BatchTarget[] = [
    {
      name: `${prefix}.525400000001`,
      initiator: `${prefix}.525400000001`,
      luns: [disk('ov-1', 'cb1-1'), disk('ov-2', 'cb2-1')],
      chap: { userName: 'pc-01', secret: 'Secret1234567890' },
    },
    {
      name: `${prefix}.525400000002`,
      initiator: `${prefix}.525400000002`,
      luns: [{ devicePath: '/run/ov-3.img', serial: 'cb1-2', isFile: true }],
    },
  ];
  return { targets, cleanUp };
}

test('targets made by us and by a targetcli batch are the same; restored ones are as wanted', async () => {
  const { targets, cleanUp } = await targetSpecs();
  const server = await startLio(options);
  for (const target of targets) await server.ensure(target);
  const ours = await savedConfig();
  await run('targetcli', ['saveconfig', '/run/restore.json'], { timeoutMs: 120_000 });

  await run('targetcli', ['clearconfig', 'confirm=True'], { timeoutMs: 120_000 });
  expect(await server.list()).toEqual([]);
  const input = targetcliBatch(targets, portals);
  await run('targetcli', [], { input, timeoutMs: 120_000 });
  expect(await savedConfig()).toEqual(ours);
  for (const target of targets) expect(await server.ensure(target)).toBe('unchanged');

  await run('targetcli', ['restoreconfig', '/run/restore.json', 'clear_existing=true'], {
    timeoutMs: 120_000,
  });
  for (const target of targets) expect(await server.ensure(target)).toBe('unchanged');

  for (const { name } of targets) await server.remove(name);
  const { stdout } = await run('targetcli', ['ls', '/', '2']);
  expect(stdout).toMatch(/iscsi .*Targets: 0/);
  await server.close();
  await cleanUp();
});
