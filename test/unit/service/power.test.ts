import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TimelineEvent } from '../../../src/service/timeline.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

let fake: FakeServices;
beforeEach(async () => {
  fake = await createFakeCafe({ group: 'hall' });
});
afterEach(async () => {
  await fake.services.close();
  await fake.volumes.cleanUp();
});

const ended = async (id: number) => {
  await expect
    .poll(() => fake.services.tasks.get(id).state, { timeout: 5_000 })
    .not.toBe('running');
  const { state, error, doneBytes, totalBytes } = fake.services.tasks.get(id);
  return { state, doneBytes, totalBytes, ...(error !== null && JSON.parse(error)) };
};
const told = (kind: string) =>
  fake.services.timeline
    .list({})
    .filter((event: TimelineEvent) => event.kind === kind)
    .map(({ mac, data }) => ({ mac, ...data }));

describe('switching PCs', () => {
  test('on by a magic packet to where the PC was seen, off by its agent', async () => {
    const { services, woken } = fake;
    const asked: number[] = [];
    fake.agent.answer = async ({ type }, { address, port }) => {
      expect([address, port]).toEqual([fakePc.address, 9090]);
      asked.push(type);
      return { code: 0, message: Buffer.from('success') };
    };
    for (const action of ['on', 'off', 'reboot'] as const) {
      const { id } = services.power.switch(action, { hosts: ['pc-01', 'pc-01'] });
      expect(await ended(id)).toMatchObject({ state: 'done', doneBytes: 1, totalBytes: 1 });
    }
    expect(woken).toEqual([{ mac: fakePc.mac, address: fakePc.address }]);
    expect(asked).toEqual([1000, 1001]);
    expect(told('power.switched')).toMatchObject([
      { mac: fakePc.mac, action: 'on', means: 'wol' },
      { action: 'off', means: 'agent' },
      { action: 'reboot', means: 'agent' },
    ]);
  });

  test('the next means follows one that failed, and the last one says why', async () => {
    const { services } = fake;
    services.updateHost('pc-01', { power: ['agent', 'smyoo'] });
    const { id } = services.power.switch('off', { hosts: ['pc-01'] });
    expect(await ended(id)).toMatchObject({ state: 'failed', code: 'smyoo_not_set' });
    expect(told('power.failed')).toMatchObject([
      { mac: fakePc.mac, means: 'agent', code: 'agent_unreachable' },
      { mac: fakePc.mac, means: 'smyoo', code: 'smyoo_not_set' },
    ]);
    services.updateHost('pc-01', { power: ['wol'] });
    const second = services.power.switch('off', { hosts: ['pc-01'] });
    expect(await ended(second.id)).toMatchObject({ code: 'power_impossible' });
  });

  test('nobody is switched off in the place of a PC whose address they have by now', async () => {
    const { services, neighbours } = fake;
    const asked: unknown[] = [];
    fake.agent.answer = async ({ type }) => {
      asked.push(type);
      return { code: 0, message: Buffer.from('success') };
    };
    const switchOff = async () => {
      const { id } = services.power.switch('off', { hosts: ['pc-01'] });
      const { code } = await ended(id);
      return code;
    };
    await services.boots.osUp(fakePc.address, { os: 'Windows', version: '10' });
    neighbours.set(fakePc.address, '52:54:00:00:00:02');
    expect(await switchOff()).toBe('agent_elsewhere');
    neighbours.clear();
    services.boots.sawAddress('52:54:00:00:00:02', fakePc.address);
    expect(await switchOff()).toBe('agent_elsewhere');
    expect(asked).toEqual([]);
    services.boots.sawAddress(fakePc.mac, fakePc.address);
    expect(await switchOff()).toBeUndefined();
    expect(asked).toEqual([1000]);
  });

  test('an agent that refuses is told with its reason', async () => {
    fake.agent.answer = async () => ({ code: 10002, message: Buffer.from('no') });
    const { id } = fake.services.power.switch('off', { hosts: ['pc-01'] });
    expect(await ended(id)).toMatchObject({
      code: 'agent_failed',
      context: { reason: 'no (10002)' },
    });
  });

  test('a group or all begin a few in a second; those that fail do not stop the rest', async () => {
    const { services, woken } = fake;
    services.settings.set('powerPerSecond', 20);
    for (let number = 2; number <= 9; number += 1) {
      services.addHost({
        ...{ name: `pc-0${number}`, mac: `52540000000${number}` },
        ...(number < 6 && { group: 'hall' }),
        ...(number === 4 && { power: ['agent'] }),
      });
    }
    const began = performance.now();
    const { id, subject } = services.power.switch('on', { group: 'hall' });
    expect(subject).toBe('5 PCs');
    expect(await ended(id)).toMatchObject({
      ...{ state: 'failed', code: 'power_failed', doneBytes: 5, totalBytes: 5 },
      context: { failed: 1, count: 5, hosts: 'pc-04' },
    });
    expect(woken).toHaveLength(4);
    expect(performance.now() - began).toBeGreaterThan(4 * 50 - 5);
    const all = services.power.switch('on', { all: true });
    expect(all.subject).toBe('9 PCs');
    await services.tasks.cancel(all.id);
    expect(services.tasks.get(all.id).state).toBe('cancelled');
    expect(woken.length).toBeLessThan(12);
    expect(() => services.power.switch('on', { group: 'none' })).toThrow(/not_found/);
    expect(() => services.power.switch('on', { hosts: ['pc-99'] })).toThrow(/not_found/);
  });
});

test('what an OS tells of itself is kept, and asked for anew', async () => {
  const { services, clock } = fake;
  const inventory = {
    cpu: { model: 'i5', threads: 8 },
    memoryBytes: 2 ** 34,
    nics: [{ name: 'eth0', mac: fakePc.mac }],
    gpus: ['NVIDIA GA106'],
  };
  const report = { os: 'Debian', version: '12', uptimeMs: 20_000, inventory };
  await services.boots.osUp(fakePc.address, report);
  expect(services.agents.getOs('pc-01')).toEqual({
    ...{ os: 'Debian', version: '12', inventory, address: fakePc.address },
    ...{ reportedAt: clock.now, bootedAt: clock.now - 20_000 },
  });
  fake.agent.answer = async () => ({
    code: 0,
    message: Buffer.from(JSON.stringify({ os: 'Debian', version: '13' })),
  });
  expect(await services.agents.refreshOs('pc-01')).toMatchObject({
    version: '13',
    inventory: null,
  });
  fake.agent.answer = async () => ({ code: 0, message: Buffer.from('{"os":1}') });
  await expect(services.agents.refreshOs('pc-01')).rejects.toMatchObject({ code: 'agent_failed' });
  await expect(services.boots.osUp('10.77.0.99', report)).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('secrets are shown to nobody', () => {
  const { services } = fake;
  const shown = services.setSetting('smyooPassword', 'geheim');
  expect(JSON.stringify([shown, services.timeline.list({})])).not.toContain('geheim');
  expect(services.settings.get().smyooPassword).toBe('geheim');
});
