import { mkdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext } from 'playwright-core';
import { createFakeConsole, type FakeConsole } from '../test/fakes/console.ts';
import { someFindings } from '../test/fakes/findings.ts';
import { seedHall } from '../test/fakes/hall.ts';
import { seedImages } from '../test/fakes/images.ts';
import { seedTraffic } from '../test/fakes/traffic.ts';
import { launchBrowser } from '../test/ui/browser.ts';
import { allPictures, docPictures, type Frame, type Picture } from '../test/ui/pictures.ts';

// `npm run screenshots`: every page of the console in both languages and themes on a phone, a desk and a wall, into
// dist/screenshots/; with `-- overview` only pages whose names begin so. `-- --docs`: those that the README files show,
// into docs/images/.
const [word = ''] = process.argv.slice(2);
const isForDocs = word === '--docs';
const root = join(import.meta.dirname, '..');
const directory = join(root, isForDocs ? 'docs/images' : 'dist/screenshots');
const pictures = isForDocs ? docPictures() : allPictures(word);
const password = 'correct horse';
const hostCount = 64;
const sessionsSeenMs = 6_000;

/** A window of one size, theme and language. */
async function openWindow(browser: Browser, url: string, frame: Frame): Promise<BrowserContext> {
  const { width, height, theme, language } = frame;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
  const cookies = { cafeboot_theme: theme, cafeboot_language: language };
  await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })));
  return context;
}

async function take(context: BrowserContext, url: string, { screen, file }: Picture) {
  const page = await context.newPage();
  await page.goto(url + screen.path, { waitUntil: 'load' });
  await screen.prepare?.(page);
  await page.screenshot({ path: join(directory, file), fullPage: screen.isWhole ?? true });
  await page.close();
}

async function shoot(browser: Browser, url: string, console: FakeConsole, wanted: Picture[]) {
  const { logins, users } = console.fake.services;
  const windows = new Map<string, BrowserContext>();
  for (const picture of wanted) {
    const { screen, frame } = picture;
    const key = JSON.stringify(frame);
    const context = windows.get(key) ?? (await openWindow(browser, url, frame));
    windows.set(key, context);
    await context.clearCookies({ name: 'cafeboot_session' });
    if (screen.as === 'admin') {
      const value = logins.open(users.get('admin'), '127.0.0.1');
      await context.addCookies([{ name: 'cafeboot_session', value, url }]);
    }
    await take(context, url, picture);
  }
  for (const context of windows.values()) await context.close();
}

/** Three daily ones, and one with images. */
async function seedBackups(backups: string): Promise<void> {
  const daily = [1, 2, 3].map((days) => ({
    name: `daily-2026010${4 - days}-050102`,
    days,
    mib: 3,
  }));
  const byHand = { name: 'cafeboot-20260102-183000', days: 2, mib: 41_000 };
  for (const { name, days, mib } of [...daily, byHand]) {
    const path = join(backups, `${name}.tar.zst`);
    await writeFile(path, '');
    await truncate(path, mib * 1024 ** 2);
    const at = Date.now() / 1000 - days * 86_400;
    await utimes(path, at, at);
  }
}

/** A cafe in the middle of its day. */
async function seed({ fake, backupsDirectory }: FakeConsole): Promise<void> {
  await fake.services.users.add('admin', password, 'admin');
  await seedHall(fake, hostCount);
  await seedImages(fake);
  seedTraffic(fake);
  await seedBackups(backupsDirectory);
  // The target server's sessions are looked at every few seconds.
  await sleep(sessionsSeenMs);
}

/** Takes pictures of a program of their own: nothing that was measured before is in a chart of the past. */
async function shootNew(
  browser: Browser,
  wanted: Picture[],
  prepare?: (console: FakeConsole) => Promise<void>,
): Promise<void> {
  const console = await createFakeConsole(someFindings);
  try {
    console.fake.clock.now = Date.now();
    const url = await console.app.listen({ host: '127.0.0.1', port: 0 });
    await prepare?.(console);
    await shoot(browser, url, console, wanted);
  } finally {
    await console.close();
  }
}

const isFirst = ({ screen }: Picture) => screen.as === 'first-run';
if (word === '') await rm(directory, { recursive: true, force: true });
await mkdir(directory, { recursive: true });
const browser = await launchBrowser();
try {
  await shootNew(browser, pictures.filter(isFirst));
  await shootNew(
    browser,
    pictures.filter((picture) => !isFirst(picture)),
    seed,
  );
} finally {
  await browser.close();
}
