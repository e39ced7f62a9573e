import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address } = fakePc;
const other = { mac: '52:54:00:00:00:02', address: '10.77.0.102' };
const prefix = 'iqn.2022-10.org.dbc.iscsi';
const captureTarget = `${prefix}:capture.525400000001`;
const superTarget = `${prefix}:sn.win`;
/** Serials of drafts, as the images were made. */
const win = 'cb1-0';
const games = 'cb2-0';
const captured = 'cb3-0';

/** A PC in super mode whose own disk is cloned to the image `new`. */
describe('a capture', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe({ super: true });
    services = fake.services;
    await services.images.createBlank({ name: 'new', kind: 'os' }, 4096);
    services.addHost({ name: 'pc-02', mac: other.mac, super: true, ip: other.address });
    await services.captures.set('pc-01', 'new');
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const bootOwnDisk = () => services.boots.captureFor(mac, address);
  const bootEntry = () => services.boots.attachFor(mac, 'win', address);
  const disksOf = (target: string) =>
    fake.targets.specs.get(target)?.luns.map(({ serial }) => serial);
  const pass = () => {
    fake.clock.now += 121_000;
  };
  const logIn = (target: string, from = address) =>
    fake.targets.sessions.push({
      id: '1',
      target,
      initiator: target,
      address: from,
      readBytes: 1,
      writtenBytes: 1,
    });
  const told = (kind: string) =>
    services.timeline
      .list({ mac })
      .filter((event) => event.kind === kind)
      .map(({ data }) => data);

  test('beside the PC’s own disk it is a target of its own, with the PC’s CHAP secret', async () => {
    const disk = await bootOwnDisk();
    expect(disk).toEqual({
      image: 'new',
      target: captureTarget,
      initiator: captureTarget,
      lun: 1,
      chap: { userName: captureTarget, secret: expect.stringMatching(/^[A-Za-z0-9]{16}$/) },
    });
    expect(fake.targets.specs.get(captureTarget)?.chap).toEqual(disk.chap);
    expect(disksOf(captureTarget)).toEqual([captured]);
    expect(services.hosts.get('pc-01').capture).toBe('new');
    expect(told('host.capture-set')).toEqual([{ name: 'pc-01', image: 'new' }]);
    expect(told('boot.script')).toEqual([{ script: 'capture', entry: 'new' }]);
  });

  test('a PC without CHAP gets it without', async () => {
    services.updateHost('pc-01', { chap: false });
    expect((await bootOwnDisk()).chap).toBeNull();
    expect(fake.targets.specs.get(captureTarget)?.chap).toBeUndefined();
  });

  test('beside an entry it is one more disk behind the entry’s, and has no second target', async () => {
    await bootOwnDisk();
    await bootEntry();
    expect(disksOf(superTarget)).toEqual([win, games, captured]);
    expect(disksOf(captureTarget)).toBeUndefined();
    await bootOwnDisk();
    expect(disksOf(superTarget)).toBeUndefined();
    expect(disksOf(captureTarget)).toEqual([captured]);
  });

  test('another PC that boots the same entry does not get it', async () => {
    await bootEntry();
    pass();
    await services.boots.attachFor(other.mac, 'win', other.address);
    expect(disksOf(superTarget)).toEqual([win, games]);
    pass();
    // So the first PC may have it by its own target, while the second one is at work.
    logIn(superTarget, other.address);
    await bootOwnDisk();
  });

  test('an image that the entry has anyway is not attached twice', async () => {
    await services.captures.set('pc-01', 'games');
    await bootEntry();
    expect(disksOf(superTarget)).toEqual([win, games]);
  });

  test.each([
    ['its own target', bootOwnDisk, captureTarget],
    ['an entry', bootEntry, superTarget],
  ])('one PC at a time, whichever way: by %s', async (_, boot, target) => {
    await boot();
    await services.captures.set('pc-02', 'new');
    services.addEntry({ name: 'new', os: 'new' });
    const seconds = [
      () => services.boots.captureFor(other.mac, other.address),
      () => services.boots.attachFor(other.mac, 'new', other.address),
      () => services.imageChanges.publishDraft('new'),
      () => services.imageChanges.discardDraft('new'),
      () => services.captures.end('pc-01'),
      () => services.captures.set('pc-01', 'games'),
    ];
    for (const second of seconds) {
      await expect(second()).rejects.toMatchObject({ code: 'draft_in_use', context: { address } });
    }
    pass();
    logIn(target);
    for (const second of seconds) {
      await expect(second()).rejects.toMatchObject({ code: 'draft_in_use' });
    }
    fake.targets.sessions.length = 0;
    await services.imageChanges.publishDraft('new');
    expect(fake.targets.specs.has(target)).toBe(false);
    const failed = services.timeline.list({ mac: other.mac });
    expect(failed.find(({ kind }) => kind === 'boot.failed')?.data).toEqual({
      entry: 'new',
      code: 'draft_in_use',
    });
  });

  test('published, it is a version like any other, and the capture is over', async () => {
    await bootOwnDisk();
    pass();
    expect(await services.imageChanges.publishDraft('new', 'from pc-01')).toMatchObject({
      published: 2,
      draft: null,
    });
    expect(services.hosts.get('pc-01').capture).toBeNull();
    expect(told('host.capture-ended')).toEqual([{ name: 'pc-01', image: 'new', why: 'published' }]);
    await expect(bootOwnDisk()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('discarded, the capture is over; grown, it is not', async () => {
    await services.imageChanges.grow('new', 8192);
    expect(services.hosts.get('pc-01').capture).toBe('new');
    await bootOwnDisk();
    pass();
    await services.imageChanges.discardDraft('new');
    expect(services.hosts.get('pc-01').capture).toBeNull();
    expect(told('host.capture-ended')).toEqual([{ name: 'pc-01', image: 'new', why: 'discarded' }]);
    await services.images.remove('new');
  });

  test('a cleared target comes back as it was, and the PC keeps its draft after a restart', async () => {
    for (const [boot, target] of [
      [bootOwnDisk, captureTarget],
      [bootEntry, superTarget],
    ] as const) {
      await boot();
      const before = fake.targets.specs.get(target);
      expect(await services.reconcile()).toEqual([]);
      fake.targets.specs.clear();
      await services.start();
      expect(fake.targets.specs.get(target)).toEqual(before);
      pass();
    }
  });

  test('ended, it leaves no target, and the draft stays until it is discarded', async () => {
    await bootOwnDisk();
    pass();
    expect((await services.captures.end('pc-01')).capture).toBeNull();
    expect(disksOf(captureTarget)).toBeUndefined();
    expect(services.images.get('new').draft).not.toBeNull();
    await services.captures.end('pc-01');
    expect(told('host.capture-ended')).toEqual([{ name: 'pc-01', image: 'new', why: 'ended' }]);
  });

  test('out of super mode or removed, the PC has nothing left to log in to', async () => {
    await bootOwnDisk();
    pass();
    services.updateHost('pc-01', { super: false });
    await expect(bootOwnDisk()).rejects.toMatchObject({ code: 'needs_super' });
    await bootEntry();
    expect(disksOf(captureTarget)).toBeUndefined();
    services.updateHost('pc-01', { super: true });
    await bootOwnDisk();
    await services.removeHost('pc-01');
    expect(disksOf(captureTarget)).toBeUndefined();
    await services.images.remove('new');
  });

  test('a target that outlived its capture is removed at the next look', async () => {
    await fake.targets.server.ensure({ name: captureTarget, initiator: captureTarget, luns: [] });
    await services.reconcile();
    expect(fake.targets.specs.has(captureTarget)).toBe(false);
  });

  test('is for PCs in super mode and for images that are there, which then stay', async () => {
    services.updateHost('pc-02', { super: false });
    const set = (host: string, image: string) => services.captures.set(host, image);
    await expect(set('pc-02', 'new')).rejects.toMatchObject({ code: 'needs_super' });
    await expect(set('pc-01', 'none')).rejects.toMatchObject({ code: 'not_found' });
    await expect(set('nobody', 'new')).rejects.toMatchObject({ code: 'not_found' });
    await expect(services.images.remove('new')).rejects.toMatchObject({ code: 'in_use' });
  });
});
