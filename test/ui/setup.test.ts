import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFakeConsole, type FakeConsole } from '../fakes/console.ts';
import { someFindings } from '../fakes/findings.ts';
import { launchBrowser, openPage } from './browser.ts';
import { screens } from './screens.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const password = 'correct horse battery';

/** Over fakes: what the doctor finds is chosen here, and nothing is asked of a LAN. */
describe('setup and health', () => {
  const findings = [...someFindings];
  let fake: FakeConsole;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    fake = await createFakeConsole(findings);
    fake.fake.clock.now = Date.now();
    url = await fake.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await fake.close();
  });

  test('from the one-time code to what to do next, in Chinese', async () => {
    const { services } = fake.fake;
    const { page, faults } = await openPage(browser, { baseURL: url, locale: 'zh-CN' });
    await page.goto('/');
    await page.locator('[name=code]').fill(services.oneTimeCode.get().code);
    await page.locator('[name=password]').fill(password);
    await page.locator('[name=repeated]').fill(password);
    await page.locator('form[action="/first-run"] button[type=submit]').click();
    await page.locator('a[href="/setup/check"]').click();

    // What is wrong says what to do; what was put right is green at the next look.
    await page.locator('.finding-fail:has-text("dnsmasq"):has-text("systemctl disable")').waitFor();
    expect(await page.locator('.findings-top').textContent()).toContain('有 3 项需要处理');
    findings.splice(0, findings.length, ...someFindings.filter(({ verdict }) => verdict === 'ok'));
    await page.locator('.findings-top button').click();
    await page.locator('.findings-well').waitFor();
    await page.locator('a[href="/setup/interfaces"].btn-primary').click();
    await page.locator('a[href="/setup/addresses"].btn-primary').click();
    await page.waitForURL('**/setup/addresses');

    const ours = page.locator('form[hx-post="/setup/addresses/ours"]');
    await ours.locator('[name=subnet]').fill('10.88.0.0/24');
    await ours.locator('[name=range]').fill('10.88.0.200-10.88.0.100');
    await ours.locator('[name=routers]').fill('10.88.0.1');
    await ours.locator('button').click();
    await ours.locator('[name=range] + .field-problem').waitFor();
    expect(services.settings.get().dhcpMode).toBe('proxy');
    await ours.locator('[name=range]').fill('10.88.0.100-10.88.0.200');
    await ours.locator('button').click();
    await page.waitForURL('**/setup/disks');
    expect(services.settings.get()).toMatchObject({
      dhcpMode: 'full',
      dhcpSubnets: [{ subnet: '10.88.0.0/24', routers: ['10.88.0.1'] }],
    });

    await page.locator('button[form="group-form"]').click();
    await page.waitForURL('**/setup/next');
    await page.locator('#restart-needed:has-text("由谁分配 IP 地址")').waitFor();
    expect(await page.locator('.todo.is-done').count()).toBe(0);
    await page.locator('.setup-end a[href="/"]').click();
    await page.locator('#hall').waitFor();
    expect(faults.filter((fault) => !fault.startsWith('answer: 400 '))).toEqual([]);
  });

  test('a refused program is allowed by one click, as soon as it was refused', async () => {
    const { services } = fake.fake;
    const { page, context, faults } = await openPage(browser, { baseURL: url });
    const session = services.logins.open(services.users.get('admin'), '127.0.0.1');
    await context.addCookies([{ name: 'cafeboot_session', value: session, url }]);
    await page.goto('/settings', { waitUntil: 'load' });
    const data = { address: '10.88.0.77' };
    services.timeline.record({ kind: 'thrift.refused', level: 'warn', data });
    await page.locator('#refused-callers button:visible').click();
    await page.locator('#callers > .rows code:has-text("10.88.0.77")').waitFor();
    expect(services.settings.get().thriftCallers).toContain('10.88.0.77');
    expect(await page.locator('#refused-callers button').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious, %s', async (theme) => {
    findings.splice(0, findings.length, ...someFindings);
    const options = { bypassCSP: true, colorScheme: theme, reducedMotion: 'reduce' } as const;
    const { page, context } = await openPage(browser, { baseURL: url, ...options });
    const { services } = fake.fake;
    const session = services.logins.open(services.users.get('admin'), '127.0.0.1');
    await context.addCookies([{ name: 'cafeboot_session', value: session, url }]);
    for (const screen of screens.filter(({ examines }) => examines)) {
      await page.goto(screen.path);
      await screen.prepare?.(page);
      await page.addScriptTag({ path: axePath });
      const script = 'axe.run().then((found) => found.violations)';
      const violations = (await page.evaluate(script)) as { id: string; impact: string }[];
      const serious = violations.filter(({ impact }) => /serious|critical/.test(impact));
      expect(serious, screen.name).toEqual([]);
    }
  });
});
