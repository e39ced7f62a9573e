import { sessionCookie } from '../../src/http/caller.ts';
import type { Role } from '../../src/service/users.ts';
import { createFakeConsole } from '../fakes/console.ts';
import type { FakeServices } from '../fakes/services.ts';
import {
  createWindows,
  launchBrowser,
  type WatchedPage,
  type WindowOptions,
  type Windows,
} from './browser.ts';

/** The console over fake storage, in a browser: what PCs do is said by the test. */
export interface FakeUi extends Pick<Windows, 'expectNoFaults'> {
  fake: FakeServices;
  /** Where its backups are. */
  backupsDirectory: string;
  /** A window of somebody with this role. */
  openAs(role: Role, options?: WindowOptions): Promise<WatchedPage>;
  stop(): Promise<void>;
}

export async function startFakeUi(): Promise<FakeUi> {
  const { app, fake, backupsDirectory, close } = await createFakeConsole();
  fake.clock.now = Date.now();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await launchBrowser();
  const { openFor, expectNoFaults } = createWindows(browser, url);
  const { hostname: domain } = new URL(url);
  return {
    fake,
    backupsDirectory,
    expectNoFaults,
    async openAs(role, options = {}) {
      const { users, logins } = fake.services;
      const name = `some-${role}`;
      const known = users.list().find((user) => user.name === name);
      const user = known ?? (await users.add(name, 'correct horse battery', role));
      const value = logins.open(user, '127.0.0.1');
      return openFor(name, [{ name: sessionCookie, value, domain, path: '/' }], options);
    },
    async stop() {
      await browser.close();
      await close();
    },
  };
}
