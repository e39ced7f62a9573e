import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('the preview of a PC’s menu', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
    fake.services.addEntry({ name: 'office', os: 'win', description: 'for $work' });
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  test('is the script, and what it shows', async () => {
    const { script, menu } = await fake.services.menuPreviews.preview('pc-01');
    expect(script).toMatch(/^#!ipxe\n# pc-01 52:54:00:00:00:01\n/);
    expect(script).toContain('chain --replace --autofree http://10.77.0.1:8080/ipxe/cfg/');
    expect(menu).toMatchObject({
      title: 'pc-01  52:54:00:00:00:01',
      defaultItem: 'entry-win',
      isShown: true,
      timeoutMs: 5_000,
    });
    const boot = menu?.items.slice(0, 4).map(({ kind, label, text }) => [kind, label, text]);
    expect(boot).toEqual([
      ['heading', '', 'Boot'],
      ['item', 'entry-win', 'win'],
      ['item', 'entry-office', 'office  for ?work'],
      ['item', 'local', 'Boot from the local disk'],
    ]);
    expect(menu?.items.find(({ label }) => label === 'reboot')?.key).toBe('r');
  });

  test('shows no secret, records nothing and attaches nothing', async () => {
    const before = fake.services.timeline.list({}).length;
    const { bootScript, script } = await fake.services.menuPreviews.preview('pc-01');
    const secret = fake.services.hosts.findByMac(fakePc.mac)?.chapSecret ?? '';
    expect(bootScript).toContain(`iscsi:10.77.0.1::3260:1:${fakePc.target}`);
    expect(bootScript).toContain('set password HIDDEN');
    expect(`${script}${bootScript}`).not.toContain(secret);
    expect(fake.services.timeline.list({}).length).toBe(before);
    expect(fake.targets.specs.size).toBe(0);
  });

  test('follows super mode, what is booted once, and the time that a menu waits', async () => {
    fake.services.updateHost('pc-01', { super: true, nextEntry: 'office', chap: false });
    fake.services.setSetting('menuTimeoutMs', 0);
    const { menu, bootScript } = await fake.services.menuPreviews.preview('pc-01');
    expect(menu).toMatchObject({ defaultItem: 'entry-office', isShown: false, timeoutMs: 0 });
    expect(menu?.title).toContain('SUPER MODE');
    const tools = menu?.items.filter(({ label }) => label.startsWith('tool-')) ?? [];
    expect(tools.length).toBeGreaterThan(0);
    expect(bootScript).toContain('clear password');
  });

  test('of a PC in no list', async () => {
    const { preview } = fake.services.menuPreviews;
    expect((await preview()).menu).toMatchObject({ defaultItem: 'retry', timeoutMs: 60_000 });
    fake.services.setSetting('unknownHosts', 'local');
    expect(await preview()).toMatchObject({ host: null, menu: null, bootScript: null });
  });

  test('the menu takes another order, unless it is another menu by now', () => {
    const { services } = fake;
    const names = () => services.entries.list().map(({ name }) => name);
    services.setEntryOrder(['office', 'win']);
    expect(names()).toEqual(['office', 'win']);
    for (const stale of [['win'], ['win', 'gone'], ['office', 'win', 'new']]) {
      expect(() => services.setEntryOrder(stale)).toThrow('changed_meanwhile');
    }
    services.addEntry({ name: 'last', os: 'win' });
    expect(names()).toEqual(['office', 'win', 'last']);
  });
});
