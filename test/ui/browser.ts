import {
  type Browser,
  type BrowserContext,
  type Cookie,
  chromium,
  type Page,
} from 'playwright-core';
import { expect, onTestFinished } from 'vitest';

export const chromiumPath = '/usr/bin/chromium';

export const launchBrowser = (executablePath = chromiumPath): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** A browser's window that takes note of whatever is wrong with the page in it. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** What was refused by the CSP, written to the console as an error, or could not be fetched. */
  faults: string[];
}

export type WindowOptions = Parameters<Browser['newContext']>[0];

/** A window that shares nothing with any other. Answers that a test asks for, as a wrong password's, are no faults. */
export async function openPage(
  browser: Browser,
  options: WindowOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  return { ...(await watchPage(context)), context };
}

async function watchPage(context: BrowserContext): Promise<Omit<WatchedPage, 'context'>> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    // What was answered is looked at below, whoever writes of it: the browser or htmx.
    const isAnswer = /^(Failed to load resource|Response Status Error Code)/.test(message.text());
    if (message.type() === 'error' && !isAnswer) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A stream ends with its page.
    const reason = request.failure()?.errorText ?? '';
    if (reason !== 'net::ERR_ABORTED') faults.push(`request: ${request.url()} ${reason}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`answer: ${response.status()} ${response.url()}`);
  });
  return { page, faults };
}

export type Windows = ReturnType<typeof createWindows>;

/** The windows of a file's tests. */
export function createWindows(browser: Browser, baseURL: string) {
  const contexts = new Map<string, BrowserContext>();
  const faults: string[][] = [];

  async function contextOf(person: string, options: WindowOptions): Promise<BrowserContext> {
    const key = JSON.stringify([person, options]);
    const known = contexts.get(key);
    if (known) return known;
    const context = await browser.newContext({ locale: 'en-US', baseURL, ...options });
    contexts.set(key, context);
    return context;
  }

  return {
    /** One that shares nothing with any other. */
    async open(options: WindowOptions = {}): Promise<WatchedPage> {
      const opened = await openPage(browser, { baseURL, ...options });
      faults.push(opened.faults);
      return opened;
    },

    /**
     * One of this person with these cookies and no other. A context and its empty cache cost a second each,
     * so that of the person's window in an earlier test is gone on with; the window closes with its test.
     */
    async openFor(
      person: string,
      cookies: Pick<Cookie, 'name' | 'value' | 'domain' | 'path'>[],
      options: WindowOptions = {},
    ): Promise<WatchedPage> {
      const context = await contextOf(person, options);
      await context.clearCookies();
      await context.addCookies(cookies);
      const opened = { ...(await watchPage(context)), context };
      faults.push(opened.faults);
      onTestFinished(async () => {
        for (const page of context.pages()) await page.close();
        await context.unrouteAll();
      });
      return opened;
    },

    /** Expects that nothing was wrong with any page since the last time, but answers with these statuses. */
    expectNoFaults(allowedStatuses: readonly number[] = []): void {
      const isAllowed = (fault: string) =>
        allowedStatuses.some((status) => fault.startsWith(`answer: ${status} `));
      const found = faults.flatMap((each) => each.splice(0));
      expect(found.filter((fault) => !isAllowed(fault))).toEqual([]);
    },
  };
}
