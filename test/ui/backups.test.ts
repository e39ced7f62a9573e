import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../src/servers/console/texts.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

describe.each(languages)('backups, %s', (language) => {
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
  });
  afterAll(() => ui.stop());

  test('one is made, appears by itself, is fetched whole, and is removed', async () => {
    const { page } = await ui.openAs('admin', { locale: language });
    await page.goto('/settings');
    await page.locator('a[href="/backups"]').click();
    await page.waitForURL('**/backups');
    await page.locator('#backup-list .empty').waitFor();
    await page.locator('main form [type=submit]').click();
    const row = page.locator('[data-backup^=cafeboot-]');
    await row.waitFor();
    const [name = ''] = await readdir(ui.backupsDirectory);
    expect(await row.getAttribute('data-backup')).toBe(name);

    const started = page.waitForEvent('download');
    await row.locator('a[download]').click();
    const download = await started;
    expect(download.suggestedFilename()).toBe(name);
    const { size } = await stat(await download.path());
    expect(size).toBe((await stat(join(ui.backupsDirectory, name))).size);

    await row.locator('[hx-post$=remove]').click();
    await page.locator('#confirm-go').click();
    await page.locator('#backup-list .empty').waitFor();
    expect(await readdir(ui.backupsDirectory)).toEqual([]);
    ui.expectNoFaults();
  });

  test('a file that is there already is not replaced', async () => {
    const { page } = await ui.openAs('admin', { locale: language });
    const path = join(ui.backupsDirectory, '..', 'there.tar.zst');
    await writeFile(path, 'mine');
    await page.goto('/backups');
    await page.locator('[name=path]').fill(path);
    await page.locator('main form [type=submit]').click();
    await page.locator('.note-danger').waitFor();
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(await readdir(ui.backupsDirectory)).toEqual([]);
    ui.expectNoFaults([409]);
  });

  test('an operator has no way there', async () => {
    const { page } = await ui.openAs('operator', { locale: language });
    expect((await page.goto('/backups'))?.status()).toBe(403);
    // Nor by what would bring that page's news.
    expect((await page.goto('/live/backups'))?.status()).toBe(403);
    await page.goto('/settings');
    expect(await page.locator('a[href="/backups"]').count()).toBe(0);
    ui.expectNoFaults([403]);
  });
});
