import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionCookie } from '../../src/http/caller.ts';
import { createFakeConsole, type FakeConsole } from '../fakes/console.ts';
import { seedHall } from '../fakes/hall.ts';
import { launchBrowser, openPage } from './browser.ts';
import { login, password } from './console.ts';

/** A certificate as the manual has it made. */
describe('the console by HTTPS', () => {
  let opened: FakeConsole;
  let browser: Browser;
  let directory: string;
  let url: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-tls-'));
    const [key, cert] = [join(directory, 'console.key'), join(directory, 'console.crt')];
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    await execa('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '3650', '-subj', '/CN=cafeboot', '-addext', names],
      ...['-keyout', key, '-out', cert],
    ]);
    const tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
    opened = await createFakeConsole([], tls);
    opened.fake.clock.now = Date.now();
    await seedHall(opened.fake, 4);
    await opened.fake.services.users.add('admin', password, 'admin');
    url = await opened.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await opened.close();
    await rm(directory, { recursive: true, force: true });
  });

  test('a login’s cookie goes by HTTPS only; the page is live', async () => {
    expect(url).toMatch(/^https:/);
    const { page, context, faults } = await openPage(browser, {
      baseURL: url,
      ignoreHTTPSErrors: true,
    });
    await page.goto('/login');
    await page.locator('[name=theme][value=dark]').click();
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
    await login(page, 'admin', password);
    await page.locator('#hall').waitFor();
    const cookies = await context.cookies();
    expect(cookies.map(({ name }) => name)).toContain(sessionCookie);
    for (const cookie of cookies) expect(cookie).toMatchObject({ secure: true, httpOnly: true });
    opened.fake.services.updateHost('pc-001', { entry: null });
    opened.fake.services.addHost({ name: 'pc-009', mac: '52:54:00:00:00:99' });
    await page.locator('#tile-525400000099').waitFor({ timeout: 5_000 });
    expect(faults).toEqual([]);
  });

  test('a program that trusts the certificate reads the API; plain HTTP is no way in', async () => {
    const { token } = opened.fake.services.apiTokens.add('admin', 'billing');
    const ask = (...args: string[]) =>
      execa('curl', ['--silent', '--show-error', '--max-time', '10', ...args]);
    const trusting = ['--cacert', join(directory, 'console.crt')];
    const authorization = ['--header', `Authorization: Bearer ${token}`];
    const { stdout } = await ask(...trusting, ...authorization, `${url}/api/v1/hosts`);
    expect(JSON.parse(stdout)).toHaveLength(5);
    await expect(ask(`${url}/login`)).rejects.toThrow(/certificate/);
    await expect(ask(url.replace('https', 'http'))).rejects.toThrow();
  });
});
