import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startUiConsole, type UiConsole } from './console.ts';

describe('storage', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
  });
  afterAll(() => ui.stop());

  test('how full it is, how it is stored, and what putting in order would do', async () => {
    const { page } = await ui.loginAs('admin');
    await page.goto('/storage');
    await page.locator('#storage-pool .gauge').first().waitFor();
    await page.locator('.facts:has-text("reflink")').waitFor();
    await page.locator('form[hx-post="/storage/reconcile"] button').click();
    await page.locator('#steps:has-text("as it should be")').waitFor();
    await page.locator('#pool-chart .u-over, #pool-chart-none:visible').first().waitFor();
    ui.expectNoFaults();
  });

  test('the read cache says why it cannot be switched on', async () => {
    const { page } = await ui.loginAs('admin');
    await page.goto('/storage');
    await page.locator('#storage-cache button').click();
    await page.locator('#confirm-go').click();
    await page.locator('.note-danger').waitFor();
    ui.expectNoFaults([400]);
  });

  test('a viewer looks, and can change nothing', async () => {
    const { page } = await ui.loginAs('viewer');
    await page.goto('/storage');
    await page.locator('#storage-pool').waitFor();
    expect(await page.locator('main button:visible').count()).toBe(0);
    ui.expectNoFaults();
  });
});
