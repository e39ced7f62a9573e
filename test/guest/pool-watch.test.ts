import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startLio } from '../../src/storage/lio.ts';
import { startLvmThin } from '../../src/storage/lvm-thin.ts';
import { openStore } from '../../src/store/store.ts';
import { openIscsiDisk } from '../contract/iscsi-disk.ts';
import { servicesOn } from './services.ts';
import { makeVolumeGroup } from './volume-group.ts';

const mebibyte = 1024 ** 2;
const address = '127.0.0.1';
const port = 3267;
const poolMib = 256;

/** All use cases over a small thin pool and LIO, and a clock that can be put forward. */
async function startCafe() {
  const cleanUp = await makeVolumeGroup('cbwatch');
  const pool = { volumeGroup: 'cbwatch', pool: 'pool', sizeBytes: poolMib * mebibyte };
  const volumes = await startLvmThin({ ...pool, run });
  // targetcli may be saving while a target goes; it saves once more then.
  const onSaveFailed = () => {};
  const targets = await startLio({ portals: [{ address, port }], run, onSaveFailed });
  const store = openStore(':memory:');
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const services = servicesOn({ store, volumes, targets, now });
  return {
    services,
    clock,
    volumes,
    async boot(mac: string, name: string) {
      services.addHost({ mac, name, entry: 'win', chap: false });
      services.boots.sawAddress(mac, address);
      const { target, lun } = await services.boots.attachFor(mac, 'win', address);
      const devicePath = await devicePathOf(target);
      return { target, lun, devicePath };
    },
    async close() {
      await services.close();
      for (const name of await targets.list()) await targets.remove(name);
      await targets.close();
      store.close();
      await cleanUp();
    },
  };

  /** Of a target's first disk. */
  async function devicePathOf(target: string): Promise<string> {
    const [overlay] = store.overlays.exportedBy(target);
    return volumes.devicePath(overlay?.volume ?? '');
  }
}

/** Writes so much to a disk, down to the pool, as its PC would. */
async function fill(path: string, atMib: number, mib: number): Promise<void> {
  await using file = await open(path, 'r+');
  const length = mib * mebibyte;
  await file.write(Buffer.alloc(length, 1), 0, length, atMib * mebibyte);
  await file.sync();
}

test('before the pool is full, what a PC wrote that is off is freed, and then the pool grows', async () => {
  const cafe = await startCafe();
  const { services } = cafe;
  const told = () =>
    services.timeline
      .list({})
      .filter(({ kind }) => kind.startsWith('pool.'))
      .map(({ kind, data }) => `${kind} ${data.name ?? data.space ?? ''}`);
  try {
    await services.images.createBlank({ name: 'win', kind: 'os' }, 1024 * mebibyte);
    services.addEntry({ name: 'win', os: 'win' });
    const off = await cafe.boot('52:54:00:00:00:01', 'off');
    await fill(off.devicePath, 0, 150);
    cafe.clock.aheadMs = 660_000;
    const greedy = await cafe.boot('52:54:00:00:00:02', 'greedy');
    await fill(greedy.devicePath, 0, 80);
    const { target, lun } = await cafe.boot('52:54:00:00:00:03', 'running');
    const disk = await openIscsiDisk({ address, port, target, initiator: target, lun });
    await disk.write(0, 5 * mebibyte);
    await services.start();
    expect(told()).toEqual(['pool.warning data', 'pool.overlays-freed off', 'pool.recovered data']);
    expect(await services.pool.get()).toMatchObject({ kind: 'lvm-thin', state: 'ok' });

    await fill(greedy.devicePath, 80, 150);
    await expect.poll(told, { timeout: 60_000 }).toContain('pool.grown data');
    // More than the pool had before.
    await disk.write(5, 40 * mebibyte);
    await disk.read(0, 0x5a, 45 * mebibyte);
    await disk.close();
    const { data, growableBytes } = await services.pool.get();
    expect(data.totalBytes).toBe((poolMib + 1024) * mebibyte);
    expect(growableBytes).toBeGreaterThan(0);
    expect(told()).not.toContain('pool.full');
    expect(told()).not.toContain('pool.step-failed');
  } finally {
    await cafe.close();
  }
}, 300_000);
