import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { createFakeConsole, type FakeConsole } from '../test/fakes/console.ts';
import { someFindings } from '../test/fakes/findings.ts';
import { seedHall } from '../test/fakes/hall.ts';
import { seedImages } from '../test/fakes/images.ts';
import { seedTraffic } from '../test/fakes/traffic.ts';
import { launchBrowser } from '../test/ui/browser.ts';
import { screens } from '../test/ui/screens.ts';

// Every page of the console in both languages and themes on a phone, a desk and a wall: dist/screenshots/.
const directory = join(import.meta.dirname, '../dist/screenshots');
const widths = { 360: 740, 1440: 900, 2560: 1440 };
const password = 'correct horse';
const hostCount = 64;
const sessionsSeenMs = 6_000;
/** `npm run screenshots -- overview`: only pages whose names begin so. */
const [only = ''] = process.argv.slice(2);

async function shoot(browser: Browser, url: string, console: FakeConsole, isFirstRun: boolean) {
  const { logins, users } = console.fake.services;
  const session = isFirstRun ? '' : logins.open(users.get('admin'), '127.0.0.1');
  const wanted = screens.filter(
    (screen) => (screen.as === 'first-run') === isFirstRun && screen.name.startsWith(only),
  );
  for (const theme of ['light', 'dark']) {
    for (const language of ['en', 'zh-CN']) {
      const cookies = { cafeboot_theme: theme, cafeboot_language: language };
      for (const [width, height] of Object.entries(widths)) {
        const context = await browser.newContext({
          viewport: { width: Number(width), height },
          reducedMotion: 'reduce',
        });
        await context.addCookies(
          Object.entries(cookies).map(([name, value]) => ({ name, value, url })),
        );
        for (const screen of wanted) {
          if (screen.as === 'admin') {
            await context.addCookies([{ name: 'cafeboot_session', value: session, url }]);
          } else await context.clearCookies({ name: 'cafeboot_session' });
          const page = await context.newPage();
          await page.goto(url + screen.path, { waitUntil: 'load' });
          await screen.prepare?.(page);
          const file = `${screen.name}-${width}-${theme}-${language}.png`;
          await page.screenshot({ path: join(directory, file), fullPage: screen.isWhole ?? true });
          await page.close();
        }
        await context.close();
      }
    }
  }
}

const console_ = await createFakeConsole(someFindings);
const browser = await launchBrowser();
try {
  if (only === '') await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  console_.fake.clock.now = Date.now();
  const url = await console_.app.listen({ host: '127.0.0.1', port: 0 });
  await shoot(browser, url, console_, true);
  await console_.fake.services.users.add('admin', password, 'admin');
  await seedHall(console_.fake, hostCount);
  await seedImages(console_.fake);
  seedTraffic(console_.fake);
  // The target server's sessions are looked at every few seconds.
  await sleep(sessionsSeenMs);
  await shoot(browser, url, console_, false);
} finally {
  await browser.close();
  await console_.close();
}
