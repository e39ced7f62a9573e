import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

let fake: FakeServices;

const attach = () => fake.services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
const remove = (volume: string) => rm(fake.volumes.store.devicePath(volume));
const steps = async (dryRun = false) =>
  (await fake.services.reconcile({ dryRun })).map(
    ({ action, subject, outcome }) => `${action} ${subject} ${outcome}`,
  );
const kinds = () => fake.services.timeline.list({}).map(({ kind }) => kind);
/** Of the PC's own disks, in LUN order. */
const volumesOfPc = () =>
  (fake.targets.specs.get(fakePc.target)?.luns ?? []).map(({ devicePath }) =>
    devicePath.slice(devicePath.lastIndexOf('/') + 1),
  );

beforeEach(async () => {
  fake = await createFakeCafe();
  await attach();
});
afterEach(async () => {
  await fake.services.close();
  await fake.volumes.cleanUp();
});

test('where all is as it should be, nothing is done or told', async () => {
  expect(await steps()).toEqual([]);
  expect(kinds()).not.toContain('storage.reconciled');
});

test('targets that were cleared come back as they were', async () => {
  const before = fake.targets.specs.get(fakePc.target);
  fake.targets.specs.clear();
  expect(await steps(true)).toEqual([`make-target ${fakePc.target} planned`]);
  expect(fake.targets.specs.size).toBe(0);
  expect(await steps()).toEqual([`make-target ${fakePc.target} done`]);
  expect(fake.targets.specs.get(fakePc.target)).toEqual(before);
  expect(kinds()).toContain('storage.reconciled');
});

test('a target changed by hand is put right, but not under a running PC', async () => {
  const before = fake.targets.specs.get(fakePc.target);
  if (!before) throw new Error('no target');
  fake.targets.specs.set(fakePc.target, { ...before, initiator: `${before.initiator}9` });
  const session = { id: '1', target: fakePc.target, initiator: before.initiator };
  fake.targets.sessions.push({ ...session, address: '10.77.0.101', readBytes: 0, writtenBytes: 0 });
  expect(await steps()).toEqual([`replace-target ${fakePc.target} left`]);
  fake.targets.sessions.length = 0;
  expect(await steps()).toEqual([`replace-target ${fakePc.target} done`]);
  expect(fake.targets.specs.get(fakePc.target)).toEqual(before);
});

test('a lost overlay goes with its target, is told by the PC’s name, and made anew at the next boot', async () => {
  const [os = '', data = ''] = volumesOfPc();
  await remove(os);
  expect(await steps()).toEqual([`forget-overlay ${os} done`]);
  expect(fake.targets.specs.has(fakePc.target)).toBe(false);
  const told = fake.services.timeline.list({ mac: fakePc.mac }).at(-1);
  expect(told).toMatchObject({
    kind: 'storage.overlay-lost',
    data: { subject: os, detail: 'pc-01 win' },
  });
  await attach();
  expect(volumesOfPc()).toHaveLength(2);
  expect(volumesOfPc()).not.toContain(os);
  expect(await fake.volumes.names()).not.toContain(data);
});

test('a crash between the row and the volume of an overlay made ahead is no loss to tell of', async () => {
  const before = await fake.volumes.names();
  fake.services.addHost({ name: 'pc-02', mac: '52:54:00:00:00:02', entry: 'win' });
  const made = async () => (await fake.volumes.names()).filter((name) => !before.includes(name));
  // Two disks each for this PC and for the next boot of the other one.
  await expect.poll(made).toHaveLength(4);
  const [unmade = ''] = await made();
  await remove(unmade);
  expect(await steps()).toEqual([`forget-unmade ${unmade} done`]);
  expect(kinds()).not.toContain('storage.overlay-lost');
  expect(await steps()).toEqual([]);
});

test('a lost version is reported once and keeps its record; an unknown image volume stays', async () => {
  await remove('img-1-v1');
  await fake.volumes.store.create('img-9-v1', 1024);
  const expected = ['report-unknown img-9-v1 left', 'report-lost-version img-1-v1 left'];
  expect(await steps()).toEqual(expected);
  expect(await steps()).toEqual(expected);
  expect(kinds().filter((kind) => kind === 'storage.version-lost')).toHaveLength(1);
  expect(await fake.volumes.names()).toContain('img-9-v1');
  expect(fake.services.images.get('win').versions).toHaveLength(1);
});

test('where the whole pool is away, nothing that PCs wrote is forgotten, nor removed once it is back', async () => {
  const volumes = volumesOfPc();
  const { store } = fake.volumes;
  const list = store.list;
  store.list = async () => [{ name: 'ov-77', sizeBytes: 1, usedBytes: 1, isActive: true }];
  expect(await steps()).toEqual([
    'report-unknown ov-77 left',
    'report-lost-version img-1-v1 left',
    'report-lost-version img-2-v1 left',
  ]);
  store.list = list;
  expect(await steps()).toEqual([]);
  expect(volumesOfPc()).toEqual(volumes);
  expect(await fake.volumes.names()).toEqual(expect.arrayContaining(volumes));
});

test('inactive volumes are activated; stray overlays and unwanted targets go', async () => {
  const [os = ''] = volumesOfPc();
  fake.volumes.inactive.add(os);
  await fake.volumes.store.create('ov-4711', 1024);
  const stray = 'iqn.2022-10.org.dbc.iscsi:sn.old.525400000009';
  await fake.targets.server.ensure({ name: stray, initiator: stray, luns: [] });
  expect(await steps()).toEqual([
    `activate ${os} done`,
    'remove-volume ov-4711 done',
    `remove-target ${stray} done`,
  ]);
  expect(fake.volumes.inactive.size).toBe(0);
});

test('what fails is told and tried again', async () => {
  fake.targets.specs.clear();
  fake.targets.failNext('ensure', new CafebootError('target_unavailable', { detail: 'x' }));
  expect(await steps()).toEqual([`make-target ${fakePc.target} failed`]);
  expect(kinds()).toContain('storage.failed');
  expect(await steps()).toEqual([`make-target ${fakePc.target} done`]);
});

test('an overlay that a boot is just making is not taken for a lost one', async () => {
  const { store } = fake.volumes;
  const { snapshot } = store;
  const [entered, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await fake.services.resetHost('pc-01');
  store.snapshot = async (origin, name) => {
    entered.resolve();
    await goOn.promise;
    return snapshot(origin, name);
  };
  const booted = attach();
  await entered.promise;
  const reconciled = steps();
  // It looks at the volumes, and then waits for the PC's turn to end.
  await new Promise((resolve) => setTimeout(resolve, 100));
  goOn.resolve();
  await booted;
  expect((await reconciled).filter((step) => step.endsWith('done'))).toEqual([]);
  expect(fake.targets.specs.has(fakePc.target)).toBe(true);
  const present = await fake.volumes.names();
  expect(present).toEqual(expect.arrayContaining(volumesOfPc()));
  expect(kinds()).not.toContain('storage.overlay-lost');
});
