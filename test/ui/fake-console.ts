import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { sessionCookie } from '../../src/http/caller.ts';
import type { Role } from '../../src/service/users.ts';
import { createFakeConsole } from '../fakes/console.ts';
import type { FakeServices } from '../fakes/services.ts';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';

/** The console over fake storage, in a browser: what PCs do is said by the test. */
export interface FakeUi {
  fake: FakeServices;
  /** Where its backups are. */
  backupsDirectory: string;
  /** A window of somebody with this role. */
  openAs(role: Role, options?: Parameters<Browser['newContext']>[0]): Promise<WatchedPage>;
  /** Expects that nothing was wrong with any page since the last time, but answers with these statuses. */
  expectNoFaults(allowedStatuses?: readonly number[]): void;
  stop(): Promise<void>;
}

export async function startFakeUi(): Promise<FakeUi> {
  const { app, fake, backupsDirectory, close } = await createFakeConsole();
  fake.clock.now = Date.now();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await launchBrowser();
  const windows: WatchedPage[] = [];
  return {
    fake,
    backupsDirectory,
    async openAs(role, options = {}) {
      const { users, logins } = fake.services;
      const name = `some-${role}`;
      const known = users.list().find((user) => user.name === name);
      const user = known ?? (await users.add(name, 'correct horse battery', role));
      const value = logins.open(user, '127.0.0.1');
      const opened = await openPage(browser, { baseURL: url, ...options });
      await opened.context.addCookies([{ name: sessionCookie, value, url }]);
      windows.push(opened);
      return opened;
    },
    expectNoFaults(allowedStatuses = []) {
      const isAllowed = (fault: string) =>
        allowedStatuses.some((status) => fault.startsWith(`answer: ${status} `));
      const faults = windows.flatMap((window) => window.faults.splice(0));
      expect(faults.filter((fault) => !isAllowed(fault))).toEqual([]);
    },
    async stop() {
      await browser.close();
      await close();
    },
  };
}
