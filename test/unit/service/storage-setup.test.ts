import { beforeEach, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { ReadCache } from '../../../src/storage/read-cache.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

let fake: FakeServices;
let isOn: boolean;
let fault: Error | undefined;
const readCache: ReadCache = {
  isOn: () => isOn,
  async move(on) {
    if (fault) throw fault;
    isOn = on;
  },
  use: async () =>
    isOn ? { readBytes: 8, diskReadBytes: 4, cachedBytes: 4, freeBytes: 4 } : undefined,
};

beforeEach(async () => {
  fake = await createFakeCafe();
  isOn = false;
  fault = undefined;
  await fake.services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
});

test('a pool of files has no read cache', async () => {
  await expect(fake.services.storageSetup.setReadCache(true)).rejects.toMatchObject({
    code: 'cache_unsupported',
  });
});

test('targets go and come back with the move, and the setting is kept', async () => {
  Object.assign(fake.volumes.store, { readCache });
  const { storageSetup, settings } = fake.services;
  const before = await fake.targets.server.list();
  expect(before).toEqual([fakePc.target]);
  expect(await storageSetup.setReadCache(true)).toMatchObject({ isOn: true });
  expect(settings.get().readCache).toBe(true);
  expect(await fake.targets.server.list()).toEqual(before);
  expect(await storageSetup.setReadCache(false)).toEqual({ isOn: false, use: null });
});

test('nothing is moved under a running PC, and a failed move leaves targets and setting', async () => {
  Object.assign(fake.volumes.store, { readCache });
  const { storageSetup, settings } = fake.services;
  fault = new CafebootError('in_use', { name: 'pool' });
  await expect(storageSetup.setReadCache(true)).rejects.toMatchObject({ code: 'in_use' });
  expect(settings.get().readCache).toBe(false);
  expect(await fake.targets.server.list()).toEqual([fakePc.target]);
  fake.targets.sessions.push({
    ...{ id: '1', target: fakePc.target, initiator: fakePc.target, address: fakePc.address },
    ...{ readBytes: 0, writtenBytes: 0 },
  });
  await expect(storageSetup.setReadCache(true)).rejects.toMatchObject({
    code: 'pcs_running',
    context: { count: 1 },
  });
});

test('a disk is not made the pool while there are images elsewhere', async () => {
  const plan = { disk: '/dev/null' };
  await expect(fake.services.storageSetup.initDisk(plan)).rejects.toMatchObject({
    code: 'pool_in_use',
  });
});
