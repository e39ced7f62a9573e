import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bootFileNames } from '../../../src/boot/firmware.ts';
import { CafebootError } from '../../../src/errors.ts';
import { createBootFiles } from '../../../src/service/boot-files.ts';
import { createServices, type Services } from '../../../src/service/services.ts';
import { createSettings } from '../../../src/service/settings.ts';
import { createDiskFiles } from '../../../src/storage/disk-files.ts';
import { createDiskSetup } from '../../../src/storage/disk-setup.ts';
import { run } from '../../../src/storage/exec.ts';
import { openStore } from '../../../src/store/store.ts';
import { fakeBooting } from '../../fakes/booting.ts';
import { noDirectories } from '../../fakes/directories.ts';
import { noPower } from '../../fakes/power.ts';
import { createFakeTargets, createFakeVolumes } from '../../fakes/storage.ts';
import { toolsBelow } from '../../fakes/tools.ts';

const mac = '52:54:00:00:00:01';
const iqn = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';

/** What is left is the database file and the volumes; targets are gone with tgtd. */
describe('after a restart', () => {
  let directory: string;
  let volumes: Awaited<ReturnType<typeof createFakeVolumes>>;
  let targets: ReturnType<typeof createFakeTargets>;
  let store: ReturnType<typeof openStore>;
  let services: Services;

  const start = () => {
    store = openStore(join(directory, 'cafeboot.db'));
    services = createServices({
      store,
      settings: createSettings(store),
      volumes: volumes.store,
      targets: targets.server,
      diskFiles: createDiskFiles(run),
      diskSetup: createDiskSetup(run),
      bootFiles: {
        ...createBootFiles({ directories: [] }),
        present: () => new Set(bootFileNames),
      },
      tools: toolsBelow('/nowhere'),
      directories: noDirectories,
      log: pino({ level: 'silent' }),
      version: 'test',
      now: Date.now,
      findNeighbour: async () => undefined,
      ...fakeBooting,
      ...noPower,
    });
  };
  const restart = async () => {
    await services.close();
    store.close();
    targets = createFakeTargets();
    start();
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-restart-'));
    volumes = await createFakeVolumes();
    targets = createFakeTargets();
    start();
    await services.images.createBlank({ name: 'win', kind: 'os' }, 1024);
    services.addEntry({ name: 'win', os: 'win' });
    services.addHost({ name: 'pc-01', mac, entry: 'win', ip: '10.0.0.1' });
  });
  afterEach(async () => {
    await services.close();
    store.close();
    await volumes.cleanUp();
    await rm(directory, { recursive: true });
  });

  test('the targets of running PCs come back with the very same disks', async () => {
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    const before = targets.specs.get(iqn);
    await restart();
    await services.start();
    expect(targets.specs.get(iqn)).toEqual(before);
  });

  test('they come back as the PCs have them, though their entry was changed meanwhile', async () => {
    for (const name of ['games', 'more']) {
      await services.images.createBlank({ name, kind: 'data' }, 1024);
    }
    await services.updateEntry('win', { data: ['games', 'more'] });
    services.updateHost('pc-01', { overlay: 'keep' });
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    const before = targets.specs.get(iqn);
    expect(before?.luns).toHaveLength(3);
    await services.updateEntry('win', { name: 'win11', data: ['more', 'games'] });
    await restart();
    await services.start();
    expect(targets.specs.get(iqn)).toEqual(before);
  });

  test('a running PC keeps the login that it was given, whatever was changed meanwhile', async () => {
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    const before = targets.specs.get(iqn);
    expect(before?.chap).toMatchObject({ userName: iqn });
    services.hosts.renewSecret('pc-01');
    await restart();
    await services.start();
    expect(targets.specs.get(iqn)).toEqual(before);
    services.updateHost('pc-01', { chap: false });
    await restart();
    await services.start();
    expect(targets.specs.get(iqn)).toEqual(before);
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    expect(targets.specs.get(iqn)).not.toHaveProperty('chap');
    await restart();
    services.updateHost('pc-01', { chap: true });
    await services.start();
    expect(targets.specs.get(iqn)).not.toHaveProperty('chap');
  });

  test('how a PC starts is known again, also the alternative that is still to be tried', async () => {
    const arch = { number: 7, name: 'UEFI x64', platform: 'efi-x64' } as const;
    const meet = () => {
      const rom = { mac, arch, stage: 'rom', discovers: true, transport: 'tftp' } as const;
      return services.boots.meet({
        ...rom,
        ...{ guid: null, ipxe: null, userClass: null, vendorClass: 'PXEClient' },
      }).bootFiles['efi-x64'];
    };
    services.boots.sawAddress(mac, '10.0.0.1');
    const first = meet() ?? '';
    const transfer = { address: '10.0.0.1', file: first, sizeBytes: 1, durationMs: 1 };
    await services.boots.transferred({ ...transfer, outcome: 'done' });
    // Sooner it would be the same DISCOVER, heard twice.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = meet();
    expect(second).not.toBe(first);
    await restart();
    expect(meet()).toBe(second);
    await services.boots.menuFor(mac, '10.0.0.1');
    await restart();
    expect(services.hosts.get('pc-01').bootFiles).toEqual([second]);
  });

  test('drafts come back for the PC that has them, and it is known to have them', async () => {
    const draftTarget = 'iqn.2022-10.org.dbc.iscsi:sn.win';
    services.updateHost('pc-01', { super: true });
    services.addHost({ name: 'pc-02', mac: '525400000002', super: true, ip: '10.0.0.2' });
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    const before = targets.specs.get(draftTarget);
    services.hosts.renewSecret('pc-01');
    await restart();
    await services.start();
    expect(targets.specs.get(draftTarget)).toEqual(before);
    await expect(
      services.boots.attachFor('52:54:00:00:00:02', 'win', '10.0.0.2'),
    ).rejects.toMatchObject({ code: 'draft_in_use', context: { address: '10.0.0.1' } });
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    expect(targets.specs.get(draftTarget)?.chap?.secret).not.toBe(before?.chap?.secret);
  });

  test('drafts that no PC was given have no target', async () => {
    services.updateHost('pc-01', { super: true });
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    await services.removeHost('pc-01');
    expect(await targets.server.list()).toEqual([]);
    await restart();
    await services.start();
    expect(await targets.server.list()).toEqual([]);
  });

  test('a disk that cannot be brought back is told, and keeps no other from its PC', async () => {
    services.addHost({ name: 'pc-02', mac: '525400000002', entry: 'win', ip: '10.0.0.2' });
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    await services.boots.attachFor('52:54:00:00:00:02', 'win', '10.0.0.2');
    await restart();
    targets.failNext('ensure', new CafebootError('not_found', { volume: 'x' }));
    await services.start();
    expect(await targets.server.list()).toEqual([`${iqn.slice(0, -1)}2`]);
    expect(services.timeline.list({ mac }).at(-1)?.kind).toBe('storage.failed');
  });

  test('a target that nothing refers to goes', async () => {
    const name = 'iqn.2022-10.org.dbc.iscsi:sn.old.525400000009';
    await targets.server.ensure({ name, initiator: name, luns: [] });
    await services.start();
    expect(await targets.server.list()).toEqual([]);
  });

  test('overlay volumes without a row go, rows without a volume too, images never', async () => {
    await services.boots.attachFor(mac, 'win', '10.0.0.1');
    const [used] = store.overlays.list().filter(({ usedAt }) => usedAt !== null);
    await volumes.store.create('ov-9999', 1024);
    await volumes.store.create('img-77-v1', 1024);
    await volumes.store.create('somebody-elses', 1024);
    await volumes.store.remove(used?.volume ?? '');
    await restart();
    await services.start();
    const names = await volumes.names();
    expect(names).not.toContain('ov-9999');
    expect(names).toEqual(expect.arrayContaining(['img-1-v1', 'img-77-v1', 'somebody-elses']));
    expect(store.overlays.list().map(({ volume }) => volume)).not.toContain(used?.volume);
    await expect(services.boots.attachFor(mac, 'win', '10.0.0.1')).resolves.toBeDefined();
  });

  test('an import that was cut off is undone, and its task says so', async () => {
    const file = join(directory, 'disk.raw');
    await writeFile(file, Buffer.alloc(4096, 1));
    const task = store.tasks.find(store.tasks.add('image.import', 'cut', Date.now()));
    const imageId = store.images.add({
      name: 'cut',
      kind: 'os',
      description: '',
      sizeBytes: 4096,
      createdAt: 1,
    });
    const version = {
      imageId,
      number: 1,
      note: '',
      sizeBytes: 1024,
      volume: `img-${imageId}-v1`,
      createdAt: 1,
    };
    store.images.addVersion({ ...version, state: 'making' });
    await volumes.store.create(version.volume, 4096);
    await restart();
    await services.start();
    expect(services.images.list().map(({ name }) => name)).toEqual(['win']);
    expect(await volumes.names()).not.toContain(version.volume);
    expect(services.tasks.get(task?.id ?? 0)).toMatchObject({ state: 'failed' });
    await services.transfers.import({ name: 'cut', kind: 'os' }, file, 'raw');
    await expect.poll(() => services.images.get('cut').published).toBe(1);
  });

  test('events recorded before are there after', async () => {
    await restart();
    expect(services.timeline.list({ mac }).map(({ kind }) => kind)).toContain('host.added');
  });

  test('a second process is told that the first one has the data', () => {
    expect(() => openStore(join(directory, 'cafeboot.db'))).toThrowError(/data_dir_busy/);
  });
});
