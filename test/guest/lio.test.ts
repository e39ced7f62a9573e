import { access, mkdir, mkdtemp, readdir, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startLio } from '../../src/storage/lio.ts';
import { createBackstores } from '../../src/storage/lio-backstores.ts';
import { targetRoot } from '../../src/storage/lio-names.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { openOfflineTargets } from '../../src/storage/offline-targets.ts';
import { createLeftTargets } from '../../src/storage/target-removal.ts';
import { startTgt } from '../../src/storage/tgt.ts';
import { initiatorAt } from '../contract/initiator.ts';
import { describeTargetServer } from '../contract/target-server.ts';
import { makeVolumeGroup } from './volume-group.ts';

const address = '127.0.0.1';
const mebibyte = 1024 ** 2;
const onSaveFailed = (error: unknown) => {
  throw error;
};

/** Four thin volumes, one after another everybody's. */
let disks: string[];
let cleanUp: () => Promise<void>;
beforeAll(async () => {
  cleanUp = await makeVolumeGroup('cbtest');
  const pool = { volumeGroup: 'cbtest', pool: 'pool', sizeBytes: 1024 * mebibyte };
  const store = await startLvmThin({ ...pool, run });
  const names = ['disk-0', 'disk-1', 'disk-2', 'disk-3'];
  for (const name of names) await store.create(name, 8 * mebibyte);
  disks = names.map(store.devicePath);
});
afterAll(() => cleanUp());
const keep = async () => {};

describeTargetServer('lio on lvm-thin', async () => ({
  start: () => startLio({ portals: [{ address, port: 3261 }], run, onSaveFailed }),
  ...initiatorAt(address, 3261),
  disks,
  cleanUp: keep,
}));

describeTargetServer('tgt on lvm-thin', async () => {
  const runDir = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  return {
    start: () => startTgt({ runDir, portals: [{ address, port: 3262 }], run }),
    ...initiatorAt(address, 3262),
    disks,
    cleanUp: keep,
  };
});

describeTargetServer('lio on files', async () => {
  // Not on the root, an overlay: LIO opens files directly.
  const directory = await mkdtemp(join('/run', 'cafeboot-lio-'));
  const files = [0, 1, 2, 3].map((index) => join(directory, `disk-${index}.img`));
  for (const path of files) {
    await writeFile(path, '');
    await truncate(path, 8 * mebibyte);
  }
  return {
    start: () => startLio({ portals: [{ address, port: 3263 }], run, onSaveFailed }),
    disks: files,
    ...initiatorAt(address, 3263),
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

test('a backstore that a crash left without a LUN does not keep its disk from the next target', async () => {
  const [devicePath = ''] = disks;
  const luns = [{ devicePath, serial: 'cb1-1' }];
  const server = await startLio({ portals: [{ address, port: 3265 }], run, onSaveFailed });
  for (const lun of luns) await createBackstores(targetRoot).create(lun);
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000003';
  expect(await server.ensure({ name, initiator: name, luns })).toBe('created');
  const other = `${name.slice(0, -1)}4`;
  await expect(server.ensure({ name: other, initiator: other, luns })).rejects.toMatchObject({
    code: 'in_use',
  });
  expect(await server.compare({ name, initiator: name, luns })).toBe('same');
  await server.remove(name);
  await server.close();
});

test('a backstore that no LUN refers to lets go of its disk; one that is in a target stays', async () => {
  const [used = '', left = ''] = disks;
  const server = await startLio({ portals: [{ address, port: 3265 }], run, onSaveFailed });
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000007';
  const spec = { name, initiator: name, luns: [{ devicePath: used, serial: 'cb1-1' }] };
  await server.ensure(spec);
  // As a crash leaves it: whoever made it does not know of it any more.
  const lost = await createBackstores(targetRoot).create({ devicePath: left, serial: 'cb1-2' });
  const making = createBackstores(targetRoot);
  await server.sweep?.();
  await expect(access(lost)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await server.compare(spec)).toBe('same');

  const kept = await making.create({ devicePath: left, serial: 'cb1-2' });
  await making.sweep();
  await access(kept);
  await making.remove(kept);
  await server.remove(name);
  await server.close();
});

test('logins to a target that is not there are counted by what the kernel says of them', async () => {
  const server = await startLio({ portals: [{ address, port: 3265 }], run, onSaveFailed });
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000005';
  const luns = [{ devicePath: disks[0] ?? '', serial: 'cb1-1' }];
  // Somebody has to listen.
  await server.ensure({ name, initiator: name, luns });
  const nobody = `${name}.nobody`;
  const url = `iscsi://${address}:3265/${nobody}/0`;
  for (const _ of [1, 2]) await expect(run('iscsi-inq', ['-i', name, url])).rejects.toThrow();
  expect(await server.refusals()).toMatchObject([{ target: nobody, unknownTarget: 2 }]);
  await server.remove(name);
  await server.close();
});

test('without the server its targets are seen with who runs from them, and removed; none is made', async () => {
  const [devicePath = ''] = disks;
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000008';
  const spec = { name, initiator: name, luns: [{ devicePath, serial: 'cb1-1' }] };
  const server = await startLio({ portals: [{ address, port: 3265 }], run, onSaveFailed });
  await server.ensure(spec);
  await server.close();

  const offline = await openOfflineTargets({ run, onSaveFailed });
  const leave = await initiatorAt(address, 3265).stay(name, name, 0);
  expect(await offline.list()).toEqual([name]);
  expect(await offline.sessions()).toMatchObject([{ target: name, initiator: name }]);
  await expect(offline.ensure(spec)).rejects.toMatchObject({ code: 'target_unavailable' });
  await leave();
  await offline.remove(name);
  expect(await offline.list()).toEqual([]);
  await offline.close();
});

test('what an uninstall takes away is ours, and nobody else’s', async () => {
  const server = await startLio({ portals: [{ address, port: 3265 }], run, onSaveFailed });
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000006';
  const luns = [{ devicePath: disks[0] ?? '', serial: 'cb1-1' }];
  await server.ensure({ name, initiator: name, luns });
  await server.close();
  const others = 'iqn.2003-01.org.linux-iscsi.nas:sn.backup';
  const portalGroup = `${targetRoot}/iscsi/${others}/tpgt_1`;
  const acl = `${portalGroup}/acls/${others}.laptop`;
  for (const path of [portalGroup, acl]) await mkdir(path, { recursive: true });

  const left = createLeftTargets({ runDir: '/run/cafeboot-none', run, onSaveFailed });
  expect(await left.remove()).toEqual([name]);
  expect(await readdir(`${targetRoot}/iscsi`)).toEqual(expect.arrayContaining([others]));
  expect(await readdir(`${portalGroup}/acls`)).toEqual([`${others}.laptop`]);
  expect(await left.remove()).toEqual([]);
  for (const path of [acl, portalGroup, `${targetRoot}/iscsi/${others}`]) await rmdir(path);
});
