import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { copyIntoVolume } from '../../src/storage/copy.ts';
import { run } from '../../src/storage/exec.ts';
import { startLio } from '../../src/storage/lio.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { parseReadBytes } from '../../src/storage/read-cache.ts';
import type { TargetServer, TargetSpec } from '../../src/storage/targets.ts';
import type { VolumeStore } from '../../src/storage/volumes.ts';
import { makeVolumeGroup, scratchDisk } from './volume-group.ts';

const portal = { address: '127.0.0.1', port: 3266 };
/** `make bench` says how much a real golden disk's share is; here each second counts. */
const goldenMib = Number(process.env.CAFEBOOT_GOLDEN_MIB ?? 32);
const goldenBytes = goldenMib * 1024 ** 2;
const pcs = 8;

/** Random data, so that nothing can be saved by what it is. */
async function makeGolden(store: VolumeStore): Promise<void> {
  await store.create('golden', goldenBytes);
  const source = { path: '/dev/urandom', sizeBytes: goldenBytes };
  const options = { signal: new AbortController().signal, onProgress: () => {} };
  await copyIntoVolume(source, store.devicePath('golden'), options);
}

/** One snapshot for each PC, and the target that it is to have. */
async function makeSnapshots(store: VolumeStore): Promise<TargetSpec[]> {
  const specs = Array.from({ length: pcs }, (_, index) => ({
    name: `iqn.2022-10.org.dbc.iscsi:sn.win.52540000000${index}`,
    initiator: `iqn.2022-10.org.dbc.iscsi:sn.win.52540000000${index}`,
    luns: [{ devicePath: store.devicePath(`pc-${index}`), serial: `cb1-${index}` }],
  }));
  await Promise.all(specs.map((_, index) => store.snapshot('golden', `pc-${index}`)));
  return specs;
}

/** An initiator reads all of its disk, a mebibyte at a time. */
async function readAll({ name, initiator }: TargetSpec): Promise<void> {
  const address = `${portal.address}:${portal.port}`;
  const disk = `driver=iscsi,transport=tcp,portal=${address},target=${name},lun=0,initiator-name=${initiator}`;
  const reads = ['-c', String(goldenMib), '-s', '1M', '-d', '4'];
  await run('qemu-img', ['bench', '--image-opts', ...reads, disk], { timeoutMs: 300_000 });
}

async function diskReadBytes(): Promise<number> {
  const disk = basename(await realpath(scratchDisk));
  return parseReadBytes(await readFile(`/sys/class/block/${disk}/stat`, 'utf8'));
}

/** What the disk is asked for while all PCs read the same golden disk at once, from a cold start. */
async function readByAll(targets: TargetServer, specs: TargetSpec[]) {
  await Promise.all(specs.map((spec) => targets.ensure(spec)));
  await run('sync', []);
  await run('sysctl', ['-q', 'vm.drop_caches=3']);
  const before = await diskReadBytes();
  const startedAt = performance.now();
  await Promise.all(specs.map(readAll));
  const ms = Math.round(performance.now() - startedAt);
  const bytes = (await diskReadBytes()) - before;
  await removeAll(targets);
  return { bytes, ms };
}

async function removeAll(targets: TargetServer): Promise<void> {
  for (const name of await targets.list()) await targets.remove(name);
}

test(`${pcs} PCs that read the same golden disk at once read it from the disk once`, async () => {
  const cleanUp = await makeVolumeGroup('cbtest');
  const options = { volumeGroup: 'cbtest', pool: 'pool', sizeBytes: 1024 ** 3, run };
  const store = await startLvmThin(options);
  const targets = await startLio({ portals: [portal], run, onSaveFailed: () => {} });
  try {
    await makeGolden(store);
    const specs = await makeSnapshots(store);
    const off = await readByAll(targets, specs);
    await store.readCache?.move(true);
    const on = await readByAll(targets, specs);
    const share = (bytes: number) => (bytes / goldenBytes).toFixed(2);
    console.log(
      `${pcs} PCs x ${goldenMib} MiB: without cache ${share(off.bytes)} x from the disk in ${off.ms} ms, ` +
        `with cache ${share(on.bytes)} x in ${on.ms} ms`,
    );
    expect(off.bytes).toBeGreaterThan(0.9 * pcs * goldenBytes);
    expect(on.bytes).toBeLessThanOrEqual(1.1 * goldenBytes);
  } finally {
    await removeAll(targets);
    await targets.close();
    await store.readCache?.move(false);
    await cleanUp();
  }
}, 600_000);
