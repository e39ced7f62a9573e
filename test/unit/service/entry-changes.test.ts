import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address, target: iqn } = fakePc;
const prefix = 'iqn.2022-10.org.dbc.iscsi:sn';

/** A cafe does not close for these: a PC goes on with what it has, and gets the change when it boots next. */
describe('a change of an entry', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe({ overlay: 'keep' });
    services = fake.services;
    await services.images.createBlank({ name: 'more', kind: 'data' }, 2048);
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const boot = (entry = 'win') => services.boots.attachFor(mac, entry, address);
  const exported = () => [...fake.targets.specs.values()];
  const disksOf = (name = iqn) =>
    fake.targets.specs.get(name)?.luns.map(({ devicePath }) => devicePath) ?? [];
  const present = async (path = '') =>
    (await fake.volumes.names()).map(fake.volumes.store.devicePath).includes(path);
  const logIn = (target: string) =>
    fake.targets.sessions.push({
      id: '1',
      target,
      initiator: target,
      address,
      readBytes: 1,
      writtenBytes: 1,
    });

  test('that is refused changes nothing', async () => {
    await boot();
    const before = exported();
    await expect(services.updateEntry('win', { os: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(exported()).toEqual(before);
    await boot();
    expect(exported()).toEqual(before);
  });

  test('another name: the running PC keeps its target, the next boot has the same disks by the new one', async () => {
    await boot();
    const kept = disksOf();
    await services.updateEntry('win', { name: 'win11' });
    expect(disksOf()).toEqual(kept);
    const { target } = await boot('win11');
    expect(target).toBe(`${prefix}.win11.525400000001`);
    expect(exported()).toHaveLength(1);
    expect(disksOf(target)).toEqual(kept);
  });

  test('one image more: the running PC sees nothing of it, the next boot has it beside the kept ones', async () => {
    await boot();
    const kept = disksOf();
    await services.updateEntry('win', { data: ['more', 'games'] });
    expect(disksOf()).toEqual(kept);
    await boot();
    const [os, more, games] = disksOf();
    expect([os, games]).toEqual(kept);
    expect(await present(more)).toBe(true);
  });

  test('one image less: a PC that is just booting, without a session between iPXE and OS, keeps its disks', async () => {
    await boot();
    const disks = disksOf();
    fake.clock.now += 60_000;
    await services.updateEntry('win', { data: [] });
    expect(disksOf()).toEqual(disks);
    expect(await present(disks[1])).toBe(true);
    await boot();
    expect(await present(disks[1])).toBe(false);
  });

  test('one image less: its overlay goes at once where the PC is off; the others stay', async () => {
    await boot();
    const [os, games] = disksOf();
    fake.clock.now += 11 * 60_000;
    await services.updateEntry('win', { data: [] });
    expect(exported()).toEqual([]);
    expect([await present(os), await present(games)]).toEqual([true, false]);
    await boot();
    expect(disksOf()).toEqual([os]);
  });

  test('one image less: a PC that runs from it keeps it until it boots again', async () => {
    await boot();
    const before = disksOf();
    logIn(iqn);
    await services.updateEntry('win', { data: [] });
    expect(disksOf()).toEqual(before);
    expect(await present(before[1])).toBe(true);
    await expect(services.images.remove('games')).rejects.toMatchObject({ code: 'in_use' });
    await boot();
    expect(disksOf()).toEqual(before.slice(0, 1));
    expect(await present(before[1])).toBe(false);
    await services.images.remove('games');
  });

  test('is refused while a PC in super mode writes to its drafts', async () => {
    services.updateHost('pc-01', { super: true });
    const { target } = await boot();
    const drafts = disksOf(target);
    const rename = () => services.updateEntry('win', { name: 'win11' });
    await expect(rename()).rejects.toMatchObject({ code: 'draft_in_use', context: { address } });
    fake.clock.now += 121_000;
    logIn(target);
    await expect(rename()).rejects.toMatchObject({ code: 'draft_in_use' });
    expect(disksOf(target)).toEqual(drafts);
    const same = { name: 'win', os: 'win', data: ['games'] };
    await services.updateEntry('win', { ...same, description: 'a text hurts nobody' });

    fake.targets.sessions.length = 0;
    await rename();
    expect(exported()).toEqual([]);
    const renamed = await boot('win11');
    expect(disksOf(renamed.target)).toEqual(drafts);
  });

  test('a NIC that moves to another PC takes no disk of the first one with it', async () => {
    await boot();
    const first = disksOf();
    services.updateHost('pc-01', { mac: '52:54:00:00:00:02', ip: '10.77.0.102' });
    services.addHost({ name: 'pc-02', mac, entry: 'win', overlay: 'keep' });
    await boot();
    const second = disksOf();
    for (const disk of second) expect(first).not.toContain(disk);
    const moved = await services.boots.attachFor('52:54:00:00:00:02', 'win', '10.77.0.102');
    expect(disksOf(moved.target)).toEqual(first);
    expect(disksOf()).toEqual(second);
  });
});
