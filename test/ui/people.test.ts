import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { login, password, startUiConsole, type UiConsole } from './console.ts';

describe('people', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
  });
  afterAll(() => ui.stop());

  test('a user from adding to removing; a weak password is refused beside its field', async () => {
    const { page } = await ui.loginAs('admin');
    await page.goto('/people', { waitUntil: 'load' });
    // The last admin stays as they are.
    expect(await page.locator('#users .btn-outline-danger, #users .role-select').count()).toBe(0);
    await page.locator('[data-opens="user-new"]').click();
    const dialog = page.locator('#user-new');
    await dialog.locator('[name=name]').fill('小王');
    await dialog.locator('[name=password]').fill('short');
    await dialog.locator('button.btn-primary').click();
    await dialog.locator('[name=password] + .field-problem').waitFor();
    await dialog.locator('[name=password]').fill(password);
    await dialog.locator('button.btn-primary').click();
    const row = page.locator('#users tr:has-text("小王")');
    await row.waitFor();
    expect(await dialog.isVisible()).toBe(false);
    await page.locator('[data-opens="user-new"]').click();
    expect(await dialog.locator('[name=name]').inputValue()).toBe('');
    expect(await dialog.locator('[name=password]').inputValue()).toBe('');

    // A selection that ends beside the dialog closes nothing; a click there does.
    await dialog.locator('[name=name]').hover();
    await page.mouse.down();
    await page.mouse.move(5, 5);
    await page.mouse.up();
    expect(await dialog.isVisible()).toBe(true);
    await page.mouse.click(5, 5);
    await dialog.waitFor({ state: 'hidden' });

    const other = await ui.open();
    await other.page.goto('/login');
    await login(other.page, '小王', password);
    await other.page.locator('#hall').waitFor();
    expect((await other.page.goto('/people'))?.status()).toBe(403);

    await row.locator('select').selectOption('viewer');
    await page.locator('.note-success').first().waitFor();
    await row.locator('[data-opens]').click();
    const reset = page.locator('dialog[open]');
    await reset.locator('[name=password]').fill('another good password');
    await reset.locator('button.btn-primary').click();
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await other.page.goto('/');
    expect(new URL(other.page.url()).pathname).toBe('/login');

    await row.locator('.btn-outline-danger').click();
    await page.locator('#confirm-go').click();
    await row.waitFor({ state: 'detached' });
    const users = (await ui.api('GET', '/users')) as { name: string }[];
    expect(users.map(({ name }) => name)).toEqual(['admin']);
    ui.expectNoFaults([400, 403]);
  });

  test('a token is seen once, works, and ends', async () => {
    const { page } = await ui.loginAs('admin');
    await page.goto('/people', { waitUntil: 'load' });
    await page.locator('#token-name').fill('billing');
    await page.locator('#tokens form.add-row button').click();
    const token = (await page.locator('#token-text').textContent()) ?? '';
    const ask = () => fetch(`${ui.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask()).status).toBe(200);
    await page.reload({ waitUntil: 'load' });
    expect(await page.content()).not.toContain(token);
    await page.locator('#tokens .btn-outline-danger').click();
    await page.locator('#confirm-go').click();
    await page.locator('#tokens tr:has-text("billing")').waitFor({ state: 'detached' });
    expect((await ask()).status).toBe(401);
    ui.expectNoFaults();
  });

  test('who did what is in the audit log, by person and by what it was done to', async () => {
    const { page } = await ui.loginAs('admin');
    await page.goto('/people/audit', { waitUntil: 'load' });
    await page.locator('#audit tr:has-text("小王"):has-text("Users: remove")').waitFor();
    await page.locator('#field-text').fill('小王');
    await expect.poll(() => page.locator('#audit tbody tr').count()).toBe(5);
    await page.locator('#field-user').selectOption('admin');
    await page.locator('#field-text').fill('no such thing');
    await page.locator('#audit .empty').waitFor();
    ui.expectNoFaults();
  });
});
