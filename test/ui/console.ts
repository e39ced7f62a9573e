import { get } from 'node:http';
import type { Browser, Cookie, Page } from 'playwright-core';
import { expect } from 'vitest';
import { sessionCookie } from '../../src/http/caller.ts';
import type { Role } from '../../src/service/users.ts';
import { startUiAppliance, type UiAppliance } from './appliance.ts';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';

export const password = 'correct horse battery';

/** Of the host that is seeded as number `index`; as in the id of its tile. */
export const macOf = (index: number): string =>
  `52540000${(0x100 + index).toString(16).padStart(4, '0')}`;

/** The address on the loopback that this host has. */
const addressOf = (index: number): string => `127.77.${index >> 8}.${index & 0xff}`;

/** The running program and a browser; each test opens its own windows. */
export interface UiConsole extends UiAppliance {
  /** A window where nobody is logged in. */
  open(options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
  /** A window of somebody with this role; the user is made when needed. */
  loginAs(role: Role, options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
  /** Adds hosts `pc-001` and so on, in two groups. */
  seedHosts(count: number): Promise<void>;
  /** A seeded host begins to boot: from its own address it asks for its menu. */
  boot(index: number): Promise<void>;
  /** Expects that nothing was wrong with any page since the last time, but answers with these statuses. */
  expectNoFaults(allowedStatuses?: readonly number[]): void;
}

/** Starts all of it. The first admin is made as an administrator would, unless `isUntouched`. */
export async function startUiConsole({ isUntouched = false } = {}): Promise<UiConsole> {
  const appliance = await startUiAppliance();
  const browser = await launchBrowser();
  const windows: WatchedPage[] = [];
  const sessions = new Map<string, Cookie[]>();

  async function open(options = {}): Promise<WatchedPage> {
    const opened = await openPage(browser, { baseURL: appliance.url, ...options });
    windows.push(opened);
    return opened;
  }

  async function loginAs(role: Role, options = {}): Promise<WatchedPage> {
    const name = role === 'admin' ? 'admin' : `some-${role}`;
    const users = (await appliance.api('GET', '/users')) as { name: string }[];
    if (!users.some((user) => user.name === name)) {
      await appliance.api('POST', '/users', { name, password, role });
    }
    const opened = await open(options);
    // As the same person in another window; a session that a test has ended is begun anew.
    await opened.context.addCookies(sessions.get(name) ?? []);
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
        const ip = addressOf(index);
        await appliance.api('POST', '/hosts', { name: `pc-${number}`, mac, ip, group });
      }
    },
    boot: (index) =>
      new Promise((resolve, reject) => {
        const url = `${appliance.bootUrl}/ipxe/cfg/mac-${macOf(index)}.ipxe.cfg`;
        get(url, { localAddress: addressOf(index) }, (response) =>
          response.resume().on('end', resolve),
        ).on('error', reject);
      }),
    expectNoFaults(allowedStatuses = []) {
      const isAllowed = (fault: string) =>
        allowedStatuses.some((status) => fault.startsWith(`answer: ${status} `));
      const faults = windows.flatMap((window) => window.faults.splice(0));
      expect(faults.filter((fault) => !isAllowed(fault))).toEqual([]);
    },
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
