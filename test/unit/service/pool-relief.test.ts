import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOverlayRelief } from '../../../src/service/overlay-relief.ts';
import { openStore } from '../../../src/store/store.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const minuteMs = 60_000;

describe('a pool that fills, in a cafe', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  const others = { kept: '52:54:00:00:00:02', running: '52:54:00:00:00:03' };
  const targetOf = (mac: string) => `iqn.2022-10.org.dbc.iscsi:sn.win.${mac.replaceAll(':', '')}`;
  const told = () =>
    services.timeline
      .list({})
      .filter(({ kind }) => kind.startsWith('pool.'))
      .map(({ kind, mac, data }) => `${kind} ${mac ?? data.percent}`);
  const fill = (percent: number) => {
    fake.volumes.capacity.usedBytes = percent * 1e10;
    // What was measured until now is not taken for it.
    fake.clock.now += minuteMs;
  };

  beforeEach(async () => {
    fake = await createFakeCafe();
    services = fake.services;
    services.addHost({ name: 'kept', mac: others.kept, entry: 'win', overlay: 'keep' });
    services.addHost({ name: 'running', mac: others.running, entry: 'win' });
    for (const [index, mac] of [fakePc.mac, others.kept, others.running].entries()) {
      const address = `10.77.0.${101 + index}`;
      services.boots.sawAddress(mac, address);
      await services.boots.attachFor(mac, 'win', address);
    }
    const target = targetOf(others.running);
    const session = { id: '1', target, initiator: target, address: '10.77.0.103' };
    fake.targets.sessions.push({ ...session, readBytes: 0, writtenBytes: 0 });
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  test('what PCs wrote goes that are off and keep nothing; nobody else’s, and the next boot has disks', async () => {
    const disksOf = (mac: string) =>
      fake.targets.specs.get(targetOf(mac))?.luns.map(({ devicePath }) => devicePath) ?? [];
    const [lost, kept, running] = [fakePc.mac, others.kept, others.running].map(disksOf);
    fake.clock.now += 11 * minuteMs;
    fill(91);
    await services.start();
    expect(told()).toEqual([
      'pool.warning 91',
      `pool.overlays-freed ${fakePc.mac}`,
      'pool.stuck 91',
    ]);
    const paths = (await fake.volumes.names()).map(fake.volumes.store.devicePath);
    expect(disksOf(fakePc.mac)).toEqual([]);
    for (const path of lost ?? []) expect(paths).not.toContain(path);
    expect(disksOf(others.kept)).toEqual(kept);
    expect(disksOf(others.running)).toEqual(running);
    expect(paths).toEqual(expect.arrayContaining([...(kept ?? []), ...(running ?? [])]));

    await services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
    expect(disksOf(fakePc.mac)).toHaveLength(2);
    expect(disksOf(fakePc.mac)).not.toEqual(lost);
    expect(await services.reconcile({ dryRun: true })).toEqual([]);
  });

  test('a PC that was up a moment ago, or has just been given its script, is not off', async () => {
    fake.clock.now += 8 * minuteMs;
    fill(91);
    await services.start();
    expect(told()).toEqual(['pool.warning 91', 'pool.stuck 91']);
  });

  test('near the end nothing is made ahead, and nothing new; what is there goes on', async () => {
    fill(96);
    await services.start();
    const before = await fake.volumes.names();
    const refused = { code: 'pool_nearly_full', context: { percent: 96, limitPercent: 95 } };
    const { images, imageChanges, transfers } = services;
    const directory = join(fake.volumes.store.devicePath('x'), '..');
    const file = join(directory, 'import');
    await expect(images.createBlank({ name: 'b', kind: 'os' }, 1024)).rejects.toMatchObject(
      refused,
    );
    await expect(imageChanges.grow('win', 4096)).rejects.toMatchObject(refused);
    await expect(transfers.import({ name: 'i', kind: 'os' }, file)).rejects.toMatchObject(refused);
    services.updateHost('pc-01', { super: true });
    const boot = () => services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
    await expect(boot()).rejects.toMatchObject(refused);
    services.updateHost('pc-01', { super: false });
    services.addHost({ name: 'new', mac: '52:54:00:00:00:09', entry: 'win' });
    expect(images.list().map(({ name }) => name)).toEqual(['games', 'win']);
    expect(await fake.volumes.names()).toEqual(before);

    await boot();
    fill(50);
    await images.createBlank({ name: 'b', kind: 'os' }, 1024);
  });

  test('an import that would fill the pool is refused before its file is looked at', async () => {
    fill(99);
    const file = fake.volumes.store.devicePath('import');
    await writeFile(file, 'x');
    const image = { name: 'i', kind: 'os' } as const;
    await expect(services.transfers.import(image, file, 'raw')).rejects.toMatchObject({
      code: 'pool_nearly_full',
    });
    fill(10);
    const task = await services.transfers.import(image, file, 'raw');
    await expect.poll(() => services.tasks.get(task.id).state).toBe('done');
  });

  test('the status says how the pool is; limits must rise', async () => {
    fill(85);
    expect(await services.pool.get()).toMatchObject({
      state: 'warn',
      data: { percent: 85, level: 'warn', fullInDays: null },
      metadata: null,
      growableBytes: null,
      grows: false,
    });
    expect(await services.status()).toMatchObject({ pool: { state: 'warn', usedBytes: 85e10 } });
    const context = expect.objectContaining({ field: 'poolWarnPercent' });
    const disorder = { code: 'invalid_value', context };
    const set = (key: string, value: unknown) => () => services.setSetting(key, value);
    expect(set('poolWarnPercent', 90)).toThrow(expect.objectContaining(disorder));
    expect(set('poolMetadataFreePercent', 45)).toThrow();
    services.setSetting('poolWarnPercent', 60);
    services.setSetting('poolFreePercent', 70);
    expect(() => services.resetSetting('poolWarnPercent')).toThrow();
    services.resetSetting('poolFreePercent');
    services.resetSetting('poolWarnPercent');
    expect(services.settings.get()).toMatchObject({ poolWarnPercent: 80, poolFreePercent: 90 });
  });
});

test('a PC that logs in between the choice and its turn keeps its disk', async () => {
  const store = openStore(':memory:');
  let now = 0;
  let looks = 0;
  const image = { name: 'win', kind: 'os', description: '', sizeBytes: 1, createdAt: 1 } as const;
  const imageId = store.images.add(image);
  const version = { imageId, note: '', volume: 'v', sizeBytes: 1, state: 'ready', createdAt: 1 };
  const { id: versionId } = store.images.addVersion({ ...version, state: 'ready' });
  const entry = { name: 'win', description: '', osImageId: imageId, dataImageIds: [] };
  const entryId = store.entries.add(entry);
  const hostFields = {
    ip: null,
    groupId: null,
    entryId,
    super: false,
    overlay: 'discard',
    firmware: 'auto',
    nextEntryId: null,
    nextTool: null,
  } as const;
  const host = { mac: fakePc.mac, name: 'pc-01', chap: false, chapSecret: '', createdAt: 1 };
  const hostId = store.hosts.add({ ...host, ...hostFields, power: [] });
  const of = { hostId, entryId, imageId, versionId, policy: 'discard', createdAt: 1 } as const;
  const use = { target: fakePc.target, chapSecret: null, usedAt: 1 };
  store.overlays.markUsed([store.overlays.add(of)], use);
  const relief = createOverlayRelief({
    store,
    sessions: async () => {
      looks += 1;
      const session = { id: '1', initiator: fakePc.target, address: fakePc.address };
      const bytes = { readBytes: 0, writtenBytes: 0 };
      return looks === 2 ? [{ ...session, ...bytes, target: fakePc.target }] : [];
    },
    dropIdle: async (_, choose) => (await choose()).length > 0,
    now: () => now,
  });
  now = 11 * minuteMs;
  expect(await relief.free(16)).toEqual([]);
  expect(looks).toBe(2);
  expect(await relief.free(16)).toEqual([]);
  now += 11 * minuteMs;
  expect(await relief.free(16)).toMatchObject([{ name: 'pc-01' }]);
});
