import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedHall } from '../fakes/hall.ts';
import { seedTraffic } from '../fakes/traffic.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

describe('charts of the overview', () => {
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
    await seedHall(ui.fake, 8);
    seedTraffic(ui.fake);
  });
  afterAll(() => ui.stop());

  test('show what went through the server, and go on by themselves', async () => {
    const { page } = await ui.openAs('viewer');
    await page.goto('/');
    const value = (series: string) => page.locator(`[data-series=${series}] b`).innerText();
    await page.locator('[data-chart=iscsi] canvas').waitFor();
    await expect.poll(() => value('iscsiRead')).toMatch(/^[\d.]+ MB\/s$/);
    await expect.poll(() => value('http')).toMatch(/^[\d.]+ kB\/s$/);
    const before = await value('http');
    ui.fake.clock.now += 5_000;
    ui.fake.services.counters.add('http.bytes', 5e9);
    ui.fake.services.traffic.saw(ui.fake.targets.sessions);
    await expect.poll(() => value('http'), { timeout: 10_000 }).toBe('1 GB/s');
    expect(before).not.toBe('1 GB/s');

    await page.locator('[data-range="24h"]').click();
    await page.locator('[data-range="24h"][aria-pressed=true]').waitFor();
    await page
      .locator('[data-chart=boots]:not(.chart-empty) canvas')
      .waitFor({ state: 'attached' });
    ui.expectNoFaults();
  });

  test('what a new cafe lacks is said, with the way there', async () => {
    const empty = await startFakeUi();
    try {
      const { page } = await empty.openAs('admin');
      await page.goto('/');
      await page.locator('[data-code=no-images] a').click();
      await page.waitForURL('**/images');
      empty.expectNoFaults();
    } finally {
      await empty.stop();
    }
  });
});
