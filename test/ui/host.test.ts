import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { macOf, seedHall } from '../fakes/hall.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

const report = {
  ...{ os: 'Windows 11', version: '23H2', uptimeMs: 60_000 },
  inventory: {
    cpu: { model: 'Intel Core i5-12400F', threads: 12 },
    memoryBytes: 16 * 1024 ** 3,
    nics: [{ name: 'Ethernet', mac: macOf(7) }],
    gpus: ['NVIDIA GeForce RTX 4060'],
  },
};

describe('the page of a PC', () => {
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
    await seedHall(ui.fake, 8);
  });
  afterAll(() => ui.stop());

  const host = (name: string) => ui.fake.services.hosts.get(name);

  test('its tile leads there; its boot is followed stage by stage, to where it stops and why', async () => {
    const { services, clock } = ui.fake;
    const mac = macOf(7);
    const { page } = await ui.openAs('viewer');
    await page.goto('/');
    await page.locator('.tile-name:text("pc-007")').click();
    await page.waitForURL('**/hosts/525400000007');
    const boot = page.locator('#host-boot');
    const reached = (stage: string) =>
      boot.locator(`[data-stage=${stage}]:not(.boot-stage-next)`).waitFor({ timeout: 3_000 });
    const pass = (elapsedMs: number) => {
      clock.now += elapsedMs;
    };
    await page.locator('#host-now[data-state=off]').waitFor();
    services.timeline.record({ kind: 'boot.dhcp', mac, data: { stage: 'rom', file: 'ipxe.efi' } });
    await page
      .locator('#host-boot[data-outcome=booting] .boot-stage-now[data-stage=rom]')
      .waitFor();
    await page.locator('#host-now[data-state=booting]').waitFor();
    pass(1_200);
    services.timeline.record({ kind: 'boot.tftp', mac, data: { file: 'ipxe.efi' } });
    await reached('file');
    pass(2_500);
    services.timeline.record({ kind: 'boot.dhcp', mac, data: { stage: 'ipxe' } });
    await reached('ipxe');
    expect(await boot.locator('[data-stage=file] .boot-took').innerText()).toContain('2.5s');
    const data = { entry: 'win11', code: 'pool_nearly_full' };
    services.timeline.record({ kind: 'boot.failed', level: 'error', mac, data });
    await boot.locator('.boot-stop:has-text("win11: the disk pool is nearly full")').waitFor();
    await boot.locator('.boot-stage-stopped[data-stage=ipxe]').waitFor();
    await page.locator('#host-now[data-state=error]').waitFor();

    await page.locator('#host-boots summary').first().click();
    await page.locator('#host-boots [data-stage=os]').first().waitFor();
    await page.locator('#host-events li:has-text("no disk for win11")').waitFor();
    expect(await page.locator('main button:visible, dialog#next-boot').count()).toBe(0);
    ui.expectNoFaults();
  });

  test('what it boots next, super mode, capture, CHAP and its disk are changed there', async () => {
    const { page } = await ui.openAs('operator');
    await page.goto('/hosts/pc-001');
    const facts = page.locator('#host-facts');
    await facts.locator('[data-opens=next-boot]').click();
    await page.locator('#next-choice').selectOption('entry:win11');
    await page.locator('#next-boot .btn-primary').click();
    await facts.locator('.badge-blue:has-text("win11")').waitFor();
    expect(host('pc-001').nextEntry).toBe('win11');
    await facts.locator('form:has([name=next]) button').click();
    await facts.locator('[data-opens=next-boot]').waitFor();

    expect(await facts.locator('[data-opens=capture]').count()).toBe(0);
    await facts.locator('form:has([name=super]) button').click();
    await page.locator('#confirm-go').click();
    await facts.locator('[data-opens=capture]').click();
    await page.locator('#capture-image').selectOption('games');
    await page.locator('dialog#capture .btn-primary').click();
    await facts.locator('.badge-yellow:has-text("games")').waitFor();
    expect(host('pc-001')).toMatchObject({ super: true, capture: 'games' });
    await facts.locator('form[hx-post$=capture] button').click();
    await facts.locator('[data-opens=capture]').waitFor();

    const secret = () => ui.fake.services.hosts.getRow('pc-001').chapSecret;
    const before = secret();
    await facts.locator('form[hx-post$=secret] button').click();
    await page.locator('#confirm-go').click();
    await page.locator('.note-success:has-text("new secret")').waitFor();
    expect(secret()).not.toBe(before);

    await page.locator('#host-disks form:has([name=overlay]) button').click();
    await page.locator('#confirm-go').click();
    await page.locator('#host-disks .host-policy .badge-yellow').waitFor();
    expect(host('pc-001').overlay).toBe('keep');
    await page.locator('#host-disks form[hx-post$=reset] button').click();
    await page.locator('#confirm [data-closes].btn:not(.btn-close)').click();
    await page.locator('#host-disks form[hx-post$=reset] button').click();
    await page.locator('#confirm-go').click();
    await page.locator('#host-events li:has-text("reset")').first().waitFor();
    ui.expectNoFaults();
  });

  test('its power is switched, its hardware asked for, and it is removed', async () => {
    const { fake } = ui;
    const { page } = await ui.openAs('operator');
    await page.goto('/hosts/pc-007');
    await page.locator('#host-os .btn').click();
    await page.locator('.note-danger').click();
    fake.agent.answer = async () => ({ code: 0, message: Buffer.from(JSON.stringify(report)) });
    await page.locator('#host-os .btn').click();
    await page.locator('#host-os dd:has-text("RTX 4060")').waitFor();
    await page.locator('#host-now form:has([value=on]) button').click();
    await page.locator('.note-info').waitFor();
    await expect.poll(() => fake.woken.map(({ mac }) => mac)).toEqual([macOf(7)]);
    await page.locator('button:has-text("Remove")').click();
    await page.locator('#confirm-go').click();
    await page.waitForURL('**/hosts');
    expect(fake.services.hosts.list().some(({ name }) => name === 'pc-007')).toBe(false);
    ui.expectNoFaults([503]);
  });
});
