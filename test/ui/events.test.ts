import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startUiConsole, type UiConsole } from './console.ts';

describe('events', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
    await ui.seedHosts(3);
  });
  afterAll(() => ui.stop());

  test('come by themselves, with details folded', async () => {
    const { page } = await ui.loginAs('viewer');
    await page.goto('/events', { waitUntil: 'load' });
    await page.locator('.event:has-text("pc-003")').first().waitFor();
    await ui.api('POST', '/hosts', { name: 'newcomer', mac: '525400009999' });
    const first = page.locator('#event-list .event').first();
    await first.locator(':scope:has-text("newcomer")').waitFor();
    expect(await first.locator('dl').isVisible()).toBe(false);
    await first.locator('summary').press('Enter');
    await first.locator('dl:has-text("host.added")').waitFor();
    ui.expectNoFaults();
  });

  test('are filtered by host, level, kind and words, and new ones too', async () => {
    const { page } = await ui.loginAs('viewer');
    await page.goto('/events', { waitUntil: 'load' });
    await page.locator('#field-text').fill('pc-002');
    await expect.poll(() => page.locator('.event').count()).toBe(1);
    await expect.poll(() => page.url()).toContain('text=pc-002');
    await ui.api('POST', '/hosts', { name: 'pc-0020', mac: '525400009998' });
    await ui.api('POST', '/hosts', { name: 'other', mac: '525400009997' });
    await page.locator('.event:has-text("pc-0020")').waitFor();
    expect(await page.locator('.event').count()).toBe(2);

    await page.goto('/events?topic=host&level=error', { waitUntil: 'load' });
    await page.locator('.event-none').waitFor();
    expect(await page.locator('#field-topic').inputValue()).toBe('host');
    await page.locator('#field-level').selectOption('');
    await page.locator('.event').first().waitFor();
    await page.locator('#field-host').fill('pc-001');
    await expect.poll(() => page.locator('.event').count()).toBe(1);
    ui.expectNoFaults();
  });

  test('are downloaded as they were filtered, for spreadsheets and for programs', async () => {
    const { page } = await ui.loginAs('viewer');
    await page.goto('/events?topic=host&text=pc-00', { waitUntil: 'load' });
    const download = async (end: string) => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.locator(`a[href^="/events.${end}"]`).click(),
      ]);
      return readFile(await file.path(), 'utf8');
    };
    const lines = (await download('csv')).trim().split('\r\n');
    expect(lines[0]).toContain('Time');
    expect(lines.length).toBe(5);
    const events = JSON.parse(await download('json')) as { kind: string }[];
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['host.added']));
    expect(events.length).toBe(4);
    ui.expectNoFaults();
  });
});
