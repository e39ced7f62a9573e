import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../src/servers/console/texts.ts';
import { startUiConsole, type UiConsole } from './console.ts';

describe.each(languages)('settings, %s', (language) => {
  const said = (en: string, zh: string) => (language === 'en' ? en : zh);
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
  });
  afterAll(() => ui.stop());

  const settingOf = async (key: string) =>
    ((await ui.api('GET', `/settings/${key}`)) as { value: unknown }).value;

  test('a change is saved at once; a bad value is refused with the reason beside it; reset', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    await page.goto('/settings', { waitUntil: 'load' });
    const row = page.locator('#setting-hostDigits');
    await row.locator('input').fill('4');
    await row.locator('input').press('Tab');
    await row.locator('.setting-saved').waitFor();
    expect(await settingOf('hostDigits')).toBe(4);

    await row.locator('input').fill('40');
    await row.locator('input').press('Enter');
    await row.locator(`.field-problem:has-text("${said('at most', '不能大于')} 6")`).waitFor();
    expect(await row.locator('input').getAttribute('aria-invalid')).toBe('true');
    expect(await settingOf('hostDigits')).toBe(4);

    await row.locator('button[hx-post$=reset]').click();
    await row.locator('input[value="3"]').waitFor();
    expect(await settingOf('hostDigits')).toBe(3);

    const limit = page.locator('#setting-poolWarnPercent');
    await limit.locator('input').fill('96');
    await limit.locator('input').press('Enter');
    await limit.locator(`.field-problem:has-text("${said('Pool', '存储池')}")`).waitFor();
    ui.expectNoFaults([400]);
  });

  test('what is done before the scripts have come is done once they have', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    const held = Promise.withResolvers<void>();
    await page.route('**/htmx.*js*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto('/settings', { waitUntil: 'commit' });
    const row = page.locator('#setting-hostDigits');
    await row.locator('input').fill('5');
    await row.locator('input').press('Enter');
    const flag = page.locator('#setting-poolGrow input[type=checkbox]');
    const before = await flag.isChecked();
    await flag.click();
    expect(new URL(page.url()).search).toBe('');
    expect(await settingOf('hostDigits')).toBe(3);
    held.resolve();
    await row.locator('.setting-saved').waitFor();
    await page.locator('#setting-poolGrow .setting-saved').waitFor();
    expect(await settingOf('hostDigits')).toBe(5);
    expect(await settingOf('poolGrow')).toBe(!before);
    for (const key of ['hostDigits', 'poolGrow']) await ui.api('DELETE', `/settings/${key}`);
    ui.expectNoFaults();
  });

  test('what needs a restart is asked about first, and is said until then', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    await page.goto('/settings', { waitUntil: 'load' });
    const choice = page.locator('#field-targetServer');
    await choice.selectOption('tgt');
    await page.locator('#confirm [data-closes]').last().click();
    await expect.poll(() => choice.inputValue()).toBe('auto');
    expect(await settingOf('targetServer')).toBe('auto');

    await choice.selectOption('tgt');
    await page.locator('#confirm-go').click();
    await page.locator('#restart-needed a[href="/settings#setting-targetServer"]').waitFor();
    expect(await settingOf('targetServer')).toBe('tgt');
    await page.locator('#setting-targetServer button[hx-post$=reset]').click();
    await page.locator('#confirm-go').click();
    await page.locator('#restart-needed a').waitFor({ state: 'detached' });
    ui.expectNoFaults();
  });

  test('subnets and callers are rows of their own', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    await page.goto('/settings', { waitUntil: 'load' });
    await page.locator('[data-opens="subnet-new"]').click();
    const dialog = page.locator('#subnet-new');
    await dialog.locator('[name=subnet]').fill('10.88.0.0/24');
    await dialog.locator('[name=range]').fill('10.88.0.100-10.88.1.200');
    await dialog.locator('[name=routers]').fill('10.88.0.1');
    await dialog.locator('[name=dnsServers]').fill('10.88.0.1, 223.5.5.5');
    await dialog.locator('button.btn-primary').click();
    await dialog.locator('[name=range] + .field-problem:has-text("10.88.1.200")').waitFor();
    await dialog.locator('[name=range]').fill('10.88.0.100 – 10.88.0.200');
    await dialog.locator('button.btn-primary').click();
    await page.locator('#subnets td:has-text("10.88.0.100-10.88.0.200")').waitFor();
    expect(await settingOf('dhcpSubnets')).toEqual([
      {
        subnet: '10.88.0.0/24',
        range: '10.88.0.100-10.88.0.200',
        routers: ['10.88.0.1'],
        dnsServers: ['10.88.0.1', '223.5.5.5'],
      },
    ]);

    await page.locator('#field-address').fill('not an address');
    await page.locator('#callers .add-row button').click();
    await page.locator('#callers .field-problem').waitFor();
    await page.locator('#field-address').fill('10.88.0.0/28');
    await page.locator('#callers .add-row button').click();
    await page.locator('#callers code:has-text("10.88.0.0/28")').waitFor();
    expect(await settingOf('thriftCallers')).toEqual(['127.0.0.1', '10.88.0.0/28']);
    ui.expectNoFaults([400]);
  });

  test('the search leaves what fits; a viewer reads and changes nothing', async () => {
    const { page } = await ui.loginAs('viewer', { locale: language });
    await page.goto('/settings', { waitUntil: 'load' });
    expect(await page.locator('main form, main button:visible').count()).toBe(0);
    await page.locator('#setting-search').fill('mirror');
    await expect.poll(() => page.locator('.setting:visible').count()).toBe(1);
    ui.expectNoFaults();
  });
});
