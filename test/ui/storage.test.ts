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
    ui.expectNoFaults();
  });

  test('how full it was is drawn, within what the CSP allows', async () => {
    const { page, context } = await ui.loginAs('admin');
    const hourMs = 3_600_000;
    const samples = Array.from({ length: 14 * 24 }, (_, hour) => ({
      at: Date.now() - (14 * 24 - hour) * hourMs,
      totalBytes: 2e12,
      usedBytes: 8e11 + hour * 1.5e9 + Math.sin((hour / 12) * Math.PI) * 5e10,
      metadataTotalBytes: 16e9,
      metadataUsedBytes: 2e9 + hour * 5e6,
    }));
    await context.route('**/api/v1/storage/pool/samples*', (route) =>
      route.fulfill({ json: samples }),
    );
    await page.goto('/storage');
    const canvas = page.locator('#pool-chart canvas');
    await canvas.waitFor();
    await page.locator('#pool-chart .u-legend:has-text("Metadata")').waitFor();
    const { width = 0, height = 0 } = (await canvas.boundingBox()) ?? {};
    expect(width).toBeGreaterThan(300);
    expect(height).toBeGreaterThan(150);
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
