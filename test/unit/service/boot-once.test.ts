import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address } = fakePc;

describe('an entry for the next boot only', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe();
    services = fake.services;
    services.addEntry({ name: 'tool', os: 'win' });
    services.updateHost('pc-01', { nextEntry: 'tool' });
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const menuDefault = async () => {
    const plan = await services.boots.menuFor(mac, address);
    return plan.kind === 'menu' ? plan.defaultEntry?.name : undefined;
  };
  /** The PC fetches the entry's script and logs in to its disk. */
  const boot = async (entry: string) => {
    const { target } = await services.boots.attachFor(mac, entry, address);
    const session = { id: target, target, initiator: target, address };
    fake.targets.sessions.push({ ...session, readBytes: 1, writtenBytes: 0 });
  };
  const next = () => services.hosts.get('pc-01').nextEntry;
  const used = () =>
    services.timeline.list({ mac }).filter(({ kind }) => kind === 'host.next-entry-used');

  test('is what the menu chooses, until its disk was taken; then the usual one again', async () => {
    expect(await menuDefault()).toBe('tool');
    await boot('tool');
    await expect.poll(next, { timeout: 5_000 }).toBeNull();
    expect(await menuDefault()).toBe('win');
    expect(used().map(({ data }) => data)).toEqual([{ name: 'pc-01', entry: 'tool' }]);
  });

  test('a PC that lost power with the script in its hand still has it', async () => {
    expect(await menuDefault()).toBe('tool');
    await services.boots.attachFor(mac, 'tool', address);
    expect(await menuDefault()).toBe('tool');
    expect([next(), used()]).toEqual(['tool', []]);
  });

  test('another entry that somebody chose on the screen does not use it up', async () => {
    await boot('win');
    await expect
      .poll(() => services.timeline.list({ mac }).map(({ kind }) => kind), { timeout: 5_000 })
      .toContain('boot.disk');
    expect(next()).toBe('tool');
  });

  test('it can be taken back; an entry that is removed is nobody’s next', async () => {
    services.updateHost('pc-01', { nextEntry: null });
    expect(await menuDefault()).toBe('win');
    services.updateHost('pc-01', { nextEntry: 'tool' });
    await services.removeEntry('tool');
    expect([next(), await menuDefault()]).toEqual([null, 'win']);
    expect(() => services.updateHost('pc-01', { nextEntry: 'none' })).toThrow(/not_found/);
  });

  test('it comes before a capture that goes on', async () => {
    services.updateHost('pc-01', { super: true });
    await services.images.createBlank({ name: 'new', kind: 'os' }, 1024);
    await services.captures.set('pc-01', 'new');
    expect(await services.boots.menuFor(mac, address)).toMatchObject({ capture: null });
    services.updateHost('pc-01', { nextEntry: null });
    expect(await services.boots.menuFor(mac, address)).toMatchObject({ capture: 'new' });
  });
});
