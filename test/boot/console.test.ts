import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Appliance, startAppliance } from '../../scripts/lab/appliance.ts';
import { type Lab, labNet, startLab } from '../../scripts/lab/lab.ts';
import { osImage } from '../../scripts/lab/os-image.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import { languages } from '../../src/servers/console/texts.ts';
import { bootTimeoutMs, firmwareTimeoutMs } from '../cafe/cafe.ts';
import { evidenceOf } from '../cafe/evidence.ts';
import { chromiumPath, launchBrowser, openPage, type WatchedPage } from '../ui/browser.ts';
import { becomeAdmin } from '../ui/console.ts';

/**
 * From an empty server to the first PC, by the console alone: what an administrator does on
 * the first evening. The browser is in the cafe's network, as the appliance and the PC are.
 */
const url = `http://${labNet.applianceAddress}:8050`;
const mac = '52:54:00:ca:fe:01';
const hex = mac.replaceAll(':', '');

describe.each(languages)('a cafe from the first run to the first PC, %s', (language) => {
  const said = (en: string, zh: string) => (language === 'en' ? en : zh);
  let lab: Lab;
  let appliance: Appliance;
  let pc: Pc;
  let browser: Browser;
  let admin: WatchedPage;
  let page: Page;
  let osImagePath: string;

  beforeAll(async () => {
    osImagePath = await osImage();
    lab = await startLab();
    appliance = await startAppliance(lab);
    // UEFI: its boot goes through every stage.
    pc = await lab.addPc({ name: 'pc-01', firmware: 'uefi', mac });
    browser = await launchBrowser(await chromiumIn(lab));
    admin = await openPage(browser, { baseURL: url, locale: language });
    page = admin.page;
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => {
      console.log(await evidenceOf([pc], appliance));
      console.log(page.url(), await page.locator('main').innerText());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.close();
  });

  test('the one-time code of the log makes the first administrator', async () => {
    await page.goto('/');
    expect(new URL(page.url()).pathname).toBe('/first-run');
    const { code } = (await appliance.api('GET', '/one-time-code')) as { code: string };
    expect(appliance.log().join('\n')).toContain(code);
    await becomeAdmin(appliance, admin);
    expect(await page.locator('html').getAttribute('lang')).toBe(language);
  });

  test('the guide looks at the network, and settles the rest', async () => {
    await page.goto('/setup');
    await page.locator('a[href="/setup/check"]').click();
    await page.locator('#findings:not([aria-busy])').waitFor({ timeout: 60_000 });
    // The router gives addresses, and no other boot server is there.
    const router = page.locator(`.finding-ok:has-text("${labNet.routerAddress}")`);
    await router.waitFor({ state: 'attached' });
    await page.locator('a.btn-primary[href="/setup/interfaces"]').click();
    await page.locator('main:has-text("br0")').waitFor();
    await page.locator('a.btn-primary[href="/setup/addresses"]').click();
    await page.locator('form[hx-post="/setup/addresses/router"] button').click();
    await page.waitForURL('**/setup/disks');
    await page.locator('button[form="group-form"]').click();
    await page.waitForURL('**/setup/next');
    expect(await page.locator('.todo.is-done').count()).toBe(0);
  });

  test('a disk image on the server becomes an image, and an entry of the boot menu', async () => {
    await page.locator('.todo a[href="/new-image"]').click();
    await page.locator('#field-path').fill(osImagePath);
    await page.locator('#path-name').fill('debian12');
    await page.locator('form[hx-post="/new-image/path"] button[type=submit]').click();
    await page.waitForURL('**/tasks');
    await page.locator('.task-done:has-text("debian12")').waitFor({ timeout: 60_000 });

    await page.goto('/entries');
    await page.locator('main a[href="/new-entry"]').first().click();
    await page.locator('[name=name]').fill('debian');
    await page.locator('form.entry-form [type=submit]').click();
    await page.locator('[data-entry=debian]').waitFor();
  });

  test('a PC that is switched on appears by itself, is taken in, and is watched until it runs', async () => {
    await page.goto('/hosts');
    const wall = await openPage(browser, { baseURL: url, locale: language });
    await wall.context.addCookies(await admin.context.cookies());
    await wall.page.goto('/');
    await wall.page.evaluate(noteTile(`tile-${hex}`));

    pc.powerOn();
    await page
      .locator(`.unknown-list li:has-text("${mac}")`)
      .waitFor({ timeout: firmwareTimeoutMs });
    // While its firmware still loads iPXE.
    await page.locator(`.unknown-list li:has-text("${mac}") button`).click();
    await page.locator(`#host-${hex}`).waitFor();

    const tile = wall.page.locator(`#tile-${hex}`);
    await tile.and(wall.page.locator('.tile-running')).waitFor({ timeout: bootTimeoutMs });
    await tile.locator(`:scope:has-text("${said('Running', '运行中')}")`).waitFor();
    await tile.locator(':scope:has-text("Debian GNU/Linux")').waitFor({ timeout: 30_000 });
    const seen = (await wall.page.evaluate('noted')) as string[];
    // It was in no list when it asked first: until its next step nothing is known of it.
    if (seen[0] === 'off') seen.shift();
    // From iPXE's DHCP to its script is a moment: the tile may pass over it.
    expect(seen.filter((each) => each !== 'booting 2')).toEqual([
      'booting 1',
      'booting 3',
      'booting 4',
      'running',
    ]);

    expect((await pc.console.up(1_000)).mac).toBe(mac);
    await tile.locator('.tile-name').click();
    for (const stage of ['rom', 'file', 'ipxe', 'script', 'disk', 'os']) {
      await wall.page.locator(`#host-boot [data-stage=${stage}]:not(.boot-stage-next)`).waitFor();
    }
    expect([...admin.faults, ...wall.faults]).toEqual([]);
    pc.console.powerOff();
    await pc.waitForOff(60_000);
  });

  test('all is done that the guide said was to do', async () => {
    await page.goto('/setup/next');
    expect(await page.locator('.todo:not(.is-done)').count()).toBe(0);
  });
});

/** A script that makes `noted`: what the tile with this id was, one after the other, as `booting 3`. */
const noteTile = (id: string) => `
  globalThis.noted = [];
  new MutationObserver(() => {
    const tile = document.getElementById('${id}');
    if (!tile) return;
    const stage = tile.querySelector('.tile-stages')?.dataset.stage ?? '';
    const seen = (tile.dataset.state + ' ' + stage).trim();
    if (seen !== noted.at(-1)) noted.push(seen);
  }).observe(document.body, { childList: true, subtree: true });`;

/** A chromium for playwright that lives in the lab's network: it sees the cafe, and no internet. */
async function chromiumIn({ appliance: { pid }, dir }: Lab): Promise<string> {
  const path = join(dir, 'chromium');
  const script = `#!/bin/sh\nexec nsenter --net=/proc/${pid}/ns/net ${chromiumPath} "$@"\n`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
