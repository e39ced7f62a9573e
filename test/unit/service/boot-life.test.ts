import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address, target: iqn } = fakePc;

describe('the disks of a boot', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe();
    services = fake.services;
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const boot = () => services.boots.attachFor(mac, 'win', address);
  const disksOf = (name = iqn) =>
    fake.targets.specs.get(name)?.luns.map(({ devicePath }) => devicePath);

  test('one target per host and entry, LUNs in entry order, for its initiator only', async () => {
    expect(await boot()).toMatchObject({ target: iqn, initiator: iqn, lun: 1 });
    const spec = fake.targets.specs.get(iqn);
    expect(spec?.initiator).toBe(iqn);
    expect(spec?.luns.map(({ serial }) => serial)).toEqual(['cb1-1', 'cb2-1']);
  });

  test('discard: every boot has fresh disks, and the old ones are gone', async () => {
    await boot();
    const first = disksOf();
    await boot();
    expect(disksOf()).not.toEqual(first);
    const overlays = (await fake.volumes.names()).filter((name) => name.startsWith('ov-'));
    expect(overlays.length).toBeLessThanOrEqual(4);
    for (const path of first ?? [])
      expect(overlays.map(fake.volumes.store.devicePath)).not.toContain(path);
  });

  test('keep: the same disks come back', async () => {
    services.updateHost('pc-01', { overlay: 'keep' });
    await boot();
    const first = disksOf();
    await boot();
    expect(disksOf()).toEqual(first);
  });

  test('what is made ahead is taken: a boot then makes no snapshot', async () => {
    await services.boots.menuFor(mac, address);
    await settle(fake, 2);
    fake.volumes.failNext('snapshot', new CafebootError('no_space'));
    await boot();
  });

  test('a full pool: the boot says so, and works again once there is space', async () => {
    await settle(fake, 2);
    await boot();
    fake.volumes.failNext('snapshot', new CafebootError('no_space'));
    await expect(boot()).rejects.toMatchObject({ code: 'no_space' });
    await expect(boot()).resolves.toMatchObject({ target: iqn });
  });

  test('a target server that fails leaves nothing that the next boot stumbles over', async () => {
    fake.targets.failNext('ensure', new CafebootError('target_unavailable', { detail: 'x' }));
    await expect(boot()).rejects.toMatchObject({ code: 'target_unavailable' });
    await expect(boot()).resolves.toMatchObject({ target: iqn });
  });

  test('a request from elsewhere is refused and changes nothing', async () => {
    await boot();
    const before = disksOf();
    await expect(services.boots.attachFor(mac, 'win', '10.77.0.66')).rejects.toMatchObject({
      code: 'wrong_address',
    });
    expect(disksOf()).toEqual(before);
  });

  test('on a LAN of ours what somebody said by DHCP does not make them another PC', async () => {
    await boot();
    const before = disksOf();
    const [customer, theirs] = ['52:54:00:00:00:77', '10.77.0.66'];
    fake.neighbours.set(theirs, customer);
    services.boots.sawAddress(mac, theirs);
    await expect(services.boots.attachFor(mac, 'win', theirs)).rejects.toMatchObject({
      code: 'wrong_address',
    });
    expect(disksOf()).toEqual(before);
  });

  test('an address that only the neighbour table knows is good enough', async () => {
    fake.neighbours.set('10.77.0.150', mac);
    await expect(services.boots.attachFor(mac, 'win', '10.77.0.150')).resolves.toBeDefined();
  });

  test('super mode boots drafts on the entry’s own target, one PC at a time', async () => {
    services.updateHost('pc-01', { super: true });
    const target = 'iqn.2022-10.org.dbc.iscsi:sn.win';
    expect(await boot()).toMatchObject({ target, initiator: target, lun: 1 });
    const drafts = disksOf(target);
    await boot();
    expect(disksOf(target)).toEqual(drafts);

    const session = { id: '1', target, initiator: target, address, readBytes: 1, writtenBytes: 1 };
    fake.targets.sessions.push(session);
    services.addHost({ name: 'pc-02', mac: '525400000002', super: true, ip: '10.77.0.102' });
    await expect(
      services.boots.attachFor('52:54:00:00:00:02', 'win', '10.77.0.102'),
    ).rejects.toMatchObject({ code: 'draft_in_use' });
  });

  test('super mode: until the PC that was given the drafts has logged in, no other gets them', async () => {
    services.updateHost('pc-01', { super: true });
    services.addHost({ name: 'pc-02', mac: '525400000002', super: true, ip: '10.77.0.102' });
    const bootOther = () => services.boots.attachFor('52:54:00:00:00:02', 'win', '10.77.0.102');
    await boot();
    await expect(bootOther()).rejects.toMatchObject({
      code: 'draft_in_use',
      context: { entry: 'win', address },
    });
    // It may try again itself, and one that never came does not keep the others out.
    await boot();
    fake.clock.now += 121_000;
    await bootOther();
    await expect(boot()).rejects.toMatchObject({ code: 'draft_in_use' });
  });

  test('a draft is one PC’s also where two entries share its image', async () => {
    services.addEntry({ name: 'other', os: 'win' });
    services.updateHost('pc-01', { super: true });
    services.addHost({ name: 'pc-02', mac: '525400000002', super: true, ip: '10.77.0.102' });
    await boot();
    const second = () => services.boots.attachFor('52:54:00:00:00:02', 'other', '10.77.0.102');
    await expect(second()).rejects.toMatchObject({ code: 'draft_in_use' });
    fake.clock.now += 121_000;
    await expect(second()).resolves.toBeDefined();
  });

  test('resetting a host drops its disks and targets', async () => {
    services.updateHost('pc-01', { overlay: 'keep' });
    await boot();
    const kept = disksOf();
    await services.resetHost('pc-01');
    expect(fake.targets.specs.has(iqn)).toBe(false);
    await boot();
    expect(disksOf()).not.toEqual(kept);
  });

  test('removing a host leaves no volume and no target of it', async () => {
    await boot();
    await services.removeHost('pc-01');
    expect(await fake.targets.server.list()).toEqual([]);
    expect((await fake.volumes.names()).filter((name) => name.startsWith('ov-'))).toEqual([]);
  });

  test('the golden volume is never exported to a host', async () => {
    await boot();
    const golden = fake.volumes.store.devicePath('img-1-v1');
    for (const { luns } of fake.targets.specs.values()) {
      expect(luns.map(({ devicePath }) => devicePath)).not.toContain(golden);
    }
  });

  test('an image that an entry has cannot be removed; its volumes stay', async () => {
    await expect(services.images.remove('win')).rejects.toMatchObject({ code: 'in_use' });
    expect(await fake.volumes.names()).toContain('img-1-v1');
  });
});

/** Waits until the overlays made ahead are there; they are made in the background. */
async function settle(fake: FakeServices, overlays: number): Promise<void> {
  await expect
    .poll(async () => (await fake.volumes.names()).filter((name) => name.startsWith('ov-')).length)
    .toBeGreaterThanOrEqual(overlays);
}
