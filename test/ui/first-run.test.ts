import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { becomeAdmin, login, password, startUiConsole, type UiConsole } from './console.ts';

describe('from nobody to the first administrator', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole({ isUntouched: true });
  });
  afterAll(() => ui.stop());

  test('everything leads to the first run; a wrong code says so, the right one opens the hall', async () => {
    const { page } = await ui.open();
    for (const path of ['/', '/login', '/profile']) {
      await page.goto(path);
      expect(new URL(page.url()).pathname).toBe('/first-run');
    }
    await page.locator('[name=code]').fill('00000000');
    await page.locator('[name=password]').fill(password);
    await page.locator('[name=repeated]').fill(password);
    await page.locator('button[type=submit]:has-text("Create")').click();
    await page.locator('.invalid-feedback').waitFor();
    expect(await page.locator('[name=code]').getAttribute('aria-invalid')).toBe('true');

    await becomeAdmin(ui, { page });
    expect(await page.locator('.user-name').textContent()).toBe('admin');
    await page.goto('/first-run');
    expect(new URL(page.url()).pathname).toBe('/');
    ui.expectNoFaults([403]);
  });

  test('wrong passwords: told so, then shut out, while the administrator goes on elsewhere', async () => {
    const { page } = await ui.open();
    await page.goto('/login');
    for (let tries = 1; tries <= 5; tries++) {
      await login(page, 'somebody', 'wrong password');
      await page.locator('.alert-danger').waitFor();
    }
    await login(page, 'somebody', 'wrong password');
    await page.locator('.alert-danger:has-text("15")').waitFor();
    const other = await ui.open();
    await other.page.goto('/login');
    await login(other.page, 'admin', password);
    await other.page.locator('#hall').waitFor();
    ui.expectNoFaults([403, 429]);
  });

  test('language and theme are chosen on any page and stay; a browser’s own language comes first', async () => {
    const { page } = await ui.open({ locale: 'zh-CN', colorScheme: 'dark' });
    await page.goto('/login');
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    expect(await page.locator('html').getAttribute('data-bs-theme')).toBe('dark');
    await page.locator('[name=language][value=en]').click();
    await page.locator('html[lang=en]').waitFor({ state: 'attached' });
    await page.locator('[name=theme][value=light]').click();
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    await login(page, 'admin', password);
    await page.locator('#hall').waitFor();
    expect(await page.locator('html').getAttribute('data-bs-theme')).toBe('light');
    expect(await page.locator('h1').first().textContent()).toBe('Overview');
    ui.expectNoFaults();
  });

  test('a new password ends other sessions; logging out leads to the login', async () => {
    const { page } = await ui.loginAs('operator');
    const first = await ui.open();
    await first.page.goto('/login');
    await login(first.page, 'some-operator', password);
    await first.page.locator('#hall').waitFor();
    await page.goto('/profile');
    const change = async (current: string, wanted: string) => {
      await page.locator('[name=current]').fill(current);
      await page.locator('[name=password]').fill(wanted);
      await page.locator('[name=repeated]').fill(wanted);
      await page.locator('form[action="/profile/password"] button[type=submit]').click();
    };
    await change('wrong password', 'another password');
    await page.locator('.invalid-feedback').waitFor();
    await change(password, 'another password');
    await page.locator('.alert-success').waitFor();
    await first.page.goto('/profile');
    expect(new URL(first.page.url()).pathname).toBe('/login');
    await page.locator('main form[action="/logout"] button').click();
    await page.waitForURL('**/login');
    ui.expectNoFaults([403]);
  });
});
