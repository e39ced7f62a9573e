import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startUiConsole, type UiConsole } from './console.ts';

describe('the overview', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
    await ui.seedHosts(12);
    await ui.api('POST', '/images', { name: 'win', kind: 'os', sizeBytes: 1024 ** 2 });
    await ui.api('POST', '/entries', { name: 'win', os: 'win' });
  });
  afterAll(() => ui.stop());

  const tile = (index: number) => `#tile-5254000001${index.toString(16).padStart(2, '0')}`;

  test('a PC that boots is seen within a second, and a new one, without a reload', async () => {
    const { page } = await ui.loginAs('admin');
    await page.locator(`${tile(1)}.tile-off`).waitFor();
    const tookMs: number[] = [];
    for (const index of [1, 2, 3, 4]) {
      const startedMs = performance.now();
      await ui.boot(index);
      await page.locator(`${tile(index)}:not(.tile-off)`).waitFor({ timeout: 10_000 });
      tookMs.push(performance.now() - startedMs);
    }
    expect(Math.max(...tookMs)).toBeLessThan(1_000);

    await ui.api('POST', '/hosts', { name: 'pc-013', mac: '52540000010d', group: '大厅' });
    await page.locator(tile(13)).waitFor({ timeout: 3_000 });
    await ui.api('DELETE', '/hosts/pc-013');
    await page.locator(tile(13)).waitFor({ state: 'detached', timeout: 3_000 });
    ui.expectNoFaults();
  });

  test('filter and search leave what is wanted; what is ticked stays so while tiles change', async () => {
    const { page } = await ui.loginAs('admin');
    const shown = () => page.locator('.tile:visible').count();
    await page.locator('#hall-search').fill('pc-00');
    expect(await shown()).toBe(9);
    await page.locator('#hall-search').fill('nothing like it');
    await page.locator('#hall-nothing').waitFor();
    await page.locator('#hall-search').fill('');
    await page.locator('[data-filter=off]').click();
    expect(await shown()).toBeLessThan(12);
    await page.locator('[data-filter=off]').click();
    expect(await shown()).toBe(12);

    await page.locator(`${tile(6)} label`).click();
    await page.locator('#picked').waitFor();
    await ui.api('PATCH', '/hosts/pc-006', { entry: 'win' });
    await page.locator(`${tile(6)}:has-text("win")`).waitFor();
    expect(await page.locator(`${tile(6)} input`).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('#picked').waitFor({ state: 'hidden' });
    ui.expectNoFaults();
  });

  test('a group is changed at once; an order that destroys asks first', async () => {
    const { page } = await ui.loginAs('operator');
    await page.locator('[data-select-group]').first().click();
    expect(await page.locator('#picked-number').textContent()).toBe('6');
    await page.locator('[data-opens=hall-change]').click();
    await page.locator('#hall-change [name=entry]').selectOption('win');
    await page.locator('#hall-change [name=group]').fill('电竞区');
    await page.locator('#hall-change button[value=change]').click();
    await page.locator('.note-success').click();
    await page.locator('#hall-change').waitFor({ state: 'hidden' });
    await page.locator('.hall-group h3:has-text("电竞区")').waitFor();
    const hosts = (await ui.api('GET', '/hosts')) as { group: string; entry: string | null }[];
    const moved = hosts.filter(({ group }) => group === '电竞区');
    expect(moved.map(({ entry }) => entry)).toEqual(Array(6).fill('win'));

    const resets = async () =>
      ((await ui.api('GET', '/events?limit=50')) as { kind: string }[]).filter(
        ({ kind }) => kind === 'host.reset',
      ).length;
    await page.locator('#picked button:has-text("Reset disk")').click();
    await page.locator('#confirm[open] [data-closes].btn:not(.btn-close)').click();
    expect(await resets()).toBe(0);
    await page.locator('#picked button:has-text("Reset disk")').click();
    await page.locator('#confirm-go').click();
    await page.locator('.note-success').waitFor();
    expect(await resets()).toBe(6);
    await page.locator('.note-success').click();

    const orders = async (order: string) =>
      ((await ui.api('GET', '/tasks')) as { kind: string }[]).filter(
        ({ kind }) => kind === `power.${order}`,
      ).length;
    for (const order of ['reboot', 'off']) {
      await page.locator(`#picked button[hx-vals*='"${order}"']`).click();
      expect(await page.locator('#confirm-text').textContent()).toContain('(6)');
      await page.locator('#confirm[open] [data-closes].btn:not(.btn-close)').click();
      expect(await orders(order)).toBe(0);
      await page.locator(`#picked button[hx-vals*='"${order}"']`).click();
      await page.locator('#confirm-go').click();
      await page.locator('.note-success').click();
      expect(await orders(order)).toBe(1);
    }
    ui.expectNoFaults();
  });

  test('a viewer sees the same and can change nothing', async () => {
    const { page, context } = await ui.loginAs('viewer');
    await page.locator('.tile').first().waitFor();
    expect(await page.locator('#picked, #hall-select-all').count()).toBe(0);
    expect(await page.locator('.tile-check:visible, [data-select-group]:visible').count()).toBe(0);
    const token = JSON.parse((await page.locator('body').getAttribute('hx-headers')) ?? '{}');
    const byPage = await context.request.post('/overview/actions', {
      headers: token,
      form: { action: 'reset', hosts: 'pc-001' },
    });
    const byApi = await context.request.patch('/api/v1/hosts/pc-001', {
      headers: token,
      data: { super: true },
    });
    expect([byPage.status(), byApi.status()]).toEqual([403, 403]);
    ui.expectNoFaults();
  });

  test('a page whose stream broke shows what it missed', async () => {
    const { page, context } = await ui.loginAs('admin');
    await context.setOffline(true);
    await ui.api('PATCH', '/hosts/pc-012', { entry: 'win' });
    await sleep(1_000);
    await context.setOffline(false);
    await page.locator(`${tile(12)}:has-text("win")`).waitFor({ timeout: 15_000 });
  });

  test('more tabs than a browser has connections: those that nobody sees wait, and catch up', async () => {
    const { page: first, context } = await ui.loginAs('admin');
    const show = (isShown: boolean) => `
      Object.defineProperty(document, 'hidden', { value: ${!isShown}, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`;
    for (let tabs = 1; tabs <= 7; tabs++) {
      const page = await context.newPage();
      await page.goto('/', { timeout: 10_000 });
      await page.evaluate(show(false));
    }
    await first.evaluate(show(false));
    await ui.api('PATCH', '/hosts/pc-011', { entry: 'win' });
    await sleep(1_000);
    expect(await first.locator(tile(11)).innerText()).not.toContain('win');
    await first.evaluate(show(true));
    await first.locator(`${tile(11)}:has-text("win")`).waitFor({ timeout: 5_000 });
    ui.expectNoFaults();
  });

  test('the first load is under 200 kB in all', async () => {
    const { page } = await ui.loginAs('admin');
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    let transferredBytes = 0;
    client.on('Network.loadingFinished', ({ encodedDataLength }) => {
      transferredBytes += encodedDataLength;
    });
    await page.goto('/', { waitUntil: 'load' });
    await page.locator('.tile').first().waitFor();
    expect(transferredBytes).toBeGreaterThan(50_000);
    expect(transferredBytes).toBeLessThan(200_000);
  });
});
