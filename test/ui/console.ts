import type { Cookie, Page } from 'playwright-core';
import { sessionCookie } from '../../src/http/caller.ts';
import type { Role } from '../../src/service/users.ts';
import { startUiAppliance, type UiAppliance } from './appliance.ts';
import {
  createWindows,
  launchBrowser,
  type WatchedPage,
  type WindowOptions,
  type Windows,
} from './browser.ts';

export const password = 'correct horse battery';

/** Of the host that is seeded as number `index`; as in the id of its tile. */
export const macOf = (index: number): string =>
  `52540000${(0x100 + index).toString(16).padStart(4, '0')}`;

/** The running program and a browser; each test opens its own windows. */
export interface UiConsole extends UiAppliance, Pick<Windows, 'expectNoFaults'> {
  /** A window where nobody is logged in. */
  open(options?: WindowOptions): Promise<WatchedPage>;
  /** A window of somebody with this role; the user is made when needed. */
  loginAs(role: Role, options?: WindowOptions): Promise<WatchedPage>;
  /** Adds hosts `pc-001` and so on, in two groups. */
  seedHosts(count: number): Promise<void>;
}

/** Starts all of it. The first admin is made as an administrator would, unless `isUntouched`. */
export async function startUiConsole({ isUntouched = false } = {}): Promise<UiConsole> {
  const appliance = await startUiAppliance();
  const browser = await launchBrowser();
  const { open, openFor, expectNoFaults } = createWindows(browser, appliance.url);
  const sessions = new Map<string, Cookie[]>();

  async function loginAs(role: Role, options = {}): Promise<WatchedPage> {
    const name = role === 'admin' ? 'admin' : `some-${role}`;
    const users = (await appliance.api('GET', '/users')) as { name: string }[];
    if (!users.some((user) => user.name === name)) {
      await appliance.api('POST', '/users', { name, password, role });
    }
    // A session that a test has ended is begun anew.
    const opened = await openFor(name, sessions.get(name) ?? [], options);
    await opened.page.goto('/');
    if (new URL(opened.page.url()).pathname === '/login') {
      await login(opened.page, name, password);
      const cookies = await opened.context.cookies();
      sessions.set(
        name,
        cookies.filter((cookie) => cookie.name === sessionCookie),
      );
    }
    await opened.page.locator('#hall').waitFor();
    // Its buttons work once its scripts have run.
    await opened.page.waitForLoadState('load');
    return opened;
  }

  const ui: UiConsole = {
    ...appliance,
    open,
    loginAs,
    async seedHosts(count) {
      for (let index = 1; index <= count; index++) {
        const number = String(index).padStart(3, '0');
        const mac = macOf(index);
        const group = index % 2 === 0 ? '包间' : '大厅';
        await appliance.api('POST', '/hosts', { name: `pc-${number}`, mac, group });
      }
    },
    expectNoFaults,
    async stop() {
      await browser.close();
      await appliance.stop();
    },
  };
  if (!isUntouched) await becomeAdmin(ui, await open());
  return ui;
}

/** Fills the login page that is open. */
export async function login(page: Page, name: string, secret: string): Promise<void> {
  await page.locator('[name=name]').fill(name);
  await page.locator('[name=password]').fill(secret);
  await page.locator('form[action="/login"] button[type=submit]').click();
}

/** The first run, as a person does it. */
export async function becomeAdmin(
  { api }: Pick<UiAppliance, 'api'>,
  { page }: Pick<WatchedPage, 'page'>,
): Promise<void> {
  const { code } = (await api('GET', '/one-time-code')) as { code: string };
  await page.goto('/');
  await page.locator('[name=code]').fill(code);
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=repeated]').fill(password);
  await page.locator('form[action="/first-run"] button[type=submit]').click();
  // The guide is tried elsewhere: its check asks the whole LAN.
  await page.locator('#setup').waitFor();
  await page.goto('/');
  await page.locator('#hall').waitFor();
}
