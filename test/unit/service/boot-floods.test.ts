import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address } = fakePc;

describe('who asks over and over', () => {
  let fake: FakeServices;
  let boots: FakeServices['services']['boots'];

  beforeEach(async () => {
    fake = await createFakeCafe({ super: true });
    boots = fake.services.boots;
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  const events = () =>
    fake.services.timeline
      .list({ mac })
      .filter(({ kind }) => kind.startsWith('boot.'))
      .map(({ kind }) => kind);
  const failed = async (work: Promise<unknown>) => void (await work.catch(() => {}));
  const report = { os: 'Debian', version: '12' };

  test.each<[string, () => Promise<unknown>]>([
    ['boot.http', () => boots.fetchesBootFile(address, 'ipxe.efi')],
    ['boot.script', () => boots.menuFor(mac, address)],
    ['boot.script', () => boots.attachFor(mac, 'win', address)],
    ['boot.failed', () => failed(boots.toolFor(mac, `none-${Math.random()}`, address))],
    ['boot.os', () => boots.osUp(address, report)],
  ])('%s is told once a second', async (kind, ask) => {
    for (let time = 0; time < 3; time++) await ask();
    expect(events()).toEqual([kind]);
    fake.clock.now += 1_000;
    await ask();
    expect(events()).toEqual([kind, kind]);
  });

  test('an OS report is stored once a second, and one with an inventory beside it', async () => {
    const reportedAt = () => fake.services.agents.getOs('pc-01').reportedAt;
    await boots.osUp(address, report);
    const first = reportedAt();
    fake.clock.now += 500;
    await boots.osUp(address, report);
    expect(reportedAt()).toBe(first);
    const inventory = { cpu: { model: 'i5', threads: 8 }, memoryBytes: 1, nics: [], gpus: [] };
    await boots.osUp(address, { ...report, inventory });
    expect(fake.services.agents.getOs('pc-01')).toMatchObject({ inventory });
    expect(reportedAt()).toBe(first + 500);
  });

  test('a menu asked for from elsewhere is shown, and says nothing of the PC', async () => {
    const stranger = '10.77.0.66';
    expect(await boots.menuFor(mac, stranger)).toMatchObject({ kind: 'menu' });
    expect(events()).toEqual([]);
  });

  test('why a disk is missing is told beside that it was given', async () => {
    await boots.attachFor(mac, 'win', address);
    fake.targets.failNext('ensure', new CafebootError('target_unavailable', { detail: 'x' }));
    await failed(boots.attachFor(mac, 'win', address));
    expect(events().sort()).toEqual(['boot.failed', 'boot.script']);
  });
});
