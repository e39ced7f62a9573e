import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's chromium without its windows: pages are the same, at half the work. */
export const chromiumPath = '/usr/bin/chromium-headless-shell';

export const launchBrowser = (executablePath = chromiumPath): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** A browser's window that takes note of whatever is wrong with the pages in it. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** What was refused by the CSP, written to the console as an error, or could not be fetched. */
  faults: string[];
}

/** Answers that a test asks for, as a wrong password's, are no faults: they are named in `expected`. */
export async function openPage(
  browser: Browser,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
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
  return { page, context, faults };
}
