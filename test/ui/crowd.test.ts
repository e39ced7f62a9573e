import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { macOf, startUiConsole, type UiConsole } from './console.ts';

const hostCount = 300;
const eventsPerSecond = 10;
const consoleCount = 50;
/** Of the kernel's clock (USER_HZ), in which CPU time is counted. */
const tickMs = 10;

/** A full hall in the morning, and everybody looks at it. */
describe('300 PCs', () => {
  let ui: UiConsole;
  beforeAll(async () => {
    ui = await startUiConsole();
    await ui.seedHosts(hostCount);
  });
  afterAll(() => ui.stop());

  let next = 0;
  /** PCs that boot, ten a second, until `stop`; each time others than before. */
  function keepBooting() {
    const timer = setInterval(() => {
      next = (next % (hostCount - 50)) + 1;
      void ui.boot(next);
    }, 1_000 / eventsPerSecond);
    return () => clearInterval(timer);
  }

  async function cpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${ui.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  }

  /** Share of one core that the program takes while PCs boot. */
  async function measureLoad(forMs: number): Promise<number> {
    const stop = keepBooting();
    await sleep(2_000);
    const before = await cpuMs();
    await sleep(forMs);
    stop();
    return ((await cpuMs()) - before) / forMs;
  }

  /** A console's stream, as a browser reads it. */
  async function openStream(token: string, language: string) {
    let bytes = 0;
    const headers = { authorization: `Bearer ${token}`, 'accept-language': language };
    const request = get(`${ui.url}/live/overview`, { headers });
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request.on('response', resolve).on('error', reject);
    });
    expect(response.statusCode).toBe(200);
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    return { bytes: () => bytes, close: () => request.destroy() };
  }

  test('the overview is small and painted within a second', async () => {
    const { page } = await ui.loginAs('admin');
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    let transferredBytes = 0;
    client.on('Network.loadingFinished', ({ encodedDataLength }) => {
      transferredBytes += encodedDataLength;
    });
    await page.goto('/', { waitUntil: 'load' });
    expect(await page.locator('.tile').count()).toBe(hostCount);
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
    );
    console.log(`${transferredBytes} bytes, first paint after ${Math.round(paintMs)} ms`);
    expect(transferredBytes).toBeLessThan(200_000);
    expect(paintMs).toBeLessThan(1_000);
    ui.expectNoFaults();
  });

  test('ten boots a second: 50 consoles cost little, and one in a browser is up to date within a second', async () => {
    const made = await ui.api('POST', '/tokens', { name: 'wall', user: 'admin' });
    const { token } = made as { token: string };
    const alone = await measureLoad(6_000);
    const streams = await Promise.all(
      Array.from({ length: consoleCount }, (_, index) =>
        openStream(token, index % 2 === 0 ? 'zh-CN' : 'en'),
      ),
    );
    const watched = await measureLoad(6_000);
    console.log(`CPU: ${alone.toFixed(2)} of a core alone, ${watched.toFixed(2)} with consoles`);
    expect(streams.every(({ bytes }) => bytes() > 20_000)).toBe(true);
    expect(watched - alone).toBeLessThan(0.2);

    const { page } = await ui.loginAs('admin');
    const stop = keepBooting();
    const tookMs: number[] = [];
    for (let index = hostCount; index > hostCount - 5; index--) {
      const startedMs = performance.now();
      await ui.boot(index);
      await page.locator(`#tile-${macOf(index)}:not(.tile-off)`).waitFor({ timeout: 10_000 });
      tookMs.push(Math.round(performance.now() - startedMs));
    }
    stop();
    for (const { close } of streams) close();
    console.log(`seen after ${tookMs.join(', ')} ms`);
    expect(Math.max(...tookMs)).toBeLessThan(1_000);
  });
});
