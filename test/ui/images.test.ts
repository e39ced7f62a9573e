import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../src/servers/console/texts.ts';
import type { Image } from '../../src/service/images.ts';
import type { Task } from '../../src/service/tasks.ts';
import { startUiConsole, type UiConsole } from './console.ts';

const mib = 1024 ** 2;

describe.each(languages)('images, %s', (language) => {
  const said = (en: string, zh: string) => (language === 'en' ? en : zh);
  let ui: UiConsole;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-files-'));
    ui = await startUiConsole();
    await ui.seedHosts(2);
  });
  afterAll(async () => {
    await ui.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const image = async (name: string) => (await ui.api('GET', `/images/${name}`)) as Image;
  const tasks = async () => (await ui.api('GET', '/tasks')) as Task[];

  test('a file of the browser’s is uploaded, goes on after a break, and becomes an image', async () => {
    const { page, context, faults } = await ui.loginAs('admin', { locale: language });
    const file = join(directory, 'win.raw');
    await writeFile(file, randomBytes(20 * mib));
    await page.goto('/new-image');
    await page.locator('#upload-file').setInputFiles(file);
    await page.locator('.file-picker-name:has-text("win.raw")').waitFor();
    await page.locator('#upload-name').fill('win');
    // The second part breaks off, and the third is too slow for the server; once each.
    let parts = 0;
    await context.route('**/api/v1/uploads/*', async (route) => {
      const isPart = route.request().method() === 'PATCH';
      parts += isPart ? 1 : 0;
      if (isPart && parts === 2) await route.abort('connectionreset');
      else if (isPart && parts === 3) await route.fulfill({ status: 408, body: '{}' });
      else await route.continue();
    });
    await page.locator('#upload-form button[type=submit]').click();
    await page.waitForURL('**/tasks', { timeout: 30_000 });
    await page.locator('.task-done:has-text("win")').waitFor({ timeout: 20_000 });
    expect(parts).toBeGreaterThan(3);
    expect(faults.splice(0).every((fault) => fault.includes('/api/v1/uploads/'))).toBe(true);
    expect((await image('win')).sizeBytes).toBe(20 * mib);
    const audit = (await ui.api('GET', '/audit')) as { method: string }[];
    expect(audit.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    await page.locator('.task-more summary').first().click();
    await page.locator(`.task-log li:has-text("${said('started', '开始')}")`).waitFor();
    await page.goto('/images');
    await page.locator('td:has-text("win")').first().waitFor();
  });

  test('an upload whose last answer is lost is done all the same', async () => {
    const { page, context, faults } = await ui.loginAs('admin', { locale: language });
    const file = join(directory, 'lost.raw');
    await writeFile(file, randomBytes(2 * mib));
    await page.goto('/new-image');
    await page.locator('#upload-file').setInputFiles(file);
    await page.locator('#upload-name').fill('lost');
    await context.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      const response = await route.fetch();
      if (response.status() === 202) await route.abort('connectionreset');
      else await route.fulfill({ response });
    });
    await page.locator('#upload-form button[type=submit]').click();
    await page.waitForURL('**/tasks', { timeout: 30_000 });
    await page.locator('.task-done:has-text("lost")').waitFor({ timeout: 20_000 });
    expect(faults.splice(0).every((fault) => fault.includes('/api/v1/uploads/'))).toBe(true);
  });

  test('an upload that was left is gone on with, or removed', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    const upload = { name: 'left', kind: 'data', sizeBytes: 4 * mib };
    await ui.api('POST', '/uploads', upload);
    await ui.api('POST', '/uploads', { ...upload, name: 'gone' });
    const file = join(directory, 'left.raw');
    await writeFile(file, randomBytes(4 * mib));
    await page.goto('/new-image');
    await page.locator('[data-name=gone] button').click();
    await page.locator('#confirm-go').click();
    await page.locator('[data-name=gone]').waitFor({ state: 'detached' });
    await page.locator('[data-name=left] input').setInputFiles(file);
    await page.waitForURL('**/tasks', { timeout: 30_000 });
    await page.locator('.task-done:has-text("left")').waitFor({ timeout: 20_000 });
    expect(await ui.api('GET', '/uploads')).toEqual([]);
  });

  test('an import from the server shows how far it is, and is cancelled', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    const file = join(directory, 'huge.raw');
    await writeFile(file, randomBytes(64 * mib));
    // Mostly nothing, which takes its time to read.
    await truncate(file, 64 * 1024 * mib);
    await page.goto('/new-image');
    await page.locator('#field-path').fill(file);
    await page.locator('#path-name').fill('win');
    await page.locator('form[hx-post="/new-image/path"] button[type=submit]').click();
    // The name is taken: said beside it.
    await page.locator('#path-name.is-invalid').waitFor();
    await page.locator('#path-name').fill('huge');
    await page.locator('form[hx-post="/new-image/path"] button[type=submit]').click();
    await page.waitForURL('**/tasks');
    await page.locator('.task-running .task-facts strong:has-text("%")').waitFor();
    await page.locator('.task-running .task-facts:has-text("/s")').waitFor({ timeout: 15_000 });
    await page.locator('#tasks-running:visible').waitFor();
    await page.locator('.task-cancel button').click();
    await page.locator('#confirm-go').click();
    await page.locator('.task-cancelled:has-text("huge")').waitFor();
    await page.locator('#tasks-running').waitFor({ state: 'hidden' });
    expect((await tasks())[0]).toMatchObject({ state: 'cancelled', subject: 'huge' });
    await expect(image('huge')).rejects.toThrow();
    ui.expectNoFaults([409]);
  });

  test('super session, publish with a note, roll back, remove: said in words, seen at once', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    await ui.api('POST', '/entries', { name: 'win', os: 'win' });
    await page.goto('/images/win');
    await page.locator('#field-host').selectOption('pc-002');
    await page.locator('#session-form button').click();
    await page
      .locator(
        `#image-sessions [data-host=pc-002]:has-text("${said('at its next boot', '等待下次启动')}")`,
      )
      .waitFor();
    // It boots: its draft begins, and nobody can publish it while it is in use.
    await ui.api('PATCH', '/hosts/pc-002', { ip: '127.0.0.1' });
    const boot = () => fetch(`${ui.bootUrl}/ipxe/cfg/mac-525400000102/win.ipxe`);
    await boot();
    await page
      .locator(`#image-sessions [data-host=pc-002]:has-text("${said('booting', '启动中')}")`)
      .waitFor();
    await page.locator('#image-draft button[data-opens=publish]').click();
    await page.locator('#publish .btn-primary').click();
    await page
      .locator(`.note-danger:has-text("${said('Shut that PC down first', '请先关闭那台客户机')}")`)
      .waitFor();
    await page.locator('#publish .dialog-end [data-closes]').click();
    await page.locator('[data-host=pc-002] button').click();
    await page.locator('#confirm-go').click();
    await page
      .locator(`.note-success:has-text("${said('boots as any other', '恢复为普通客户机')}")`)
      .waitFor();
    await boot();
    await page
      .locator(`#image-sessions:has-text("${said('No PC changes', '当前没有客户机')}")`)
      .waitFor();

    await page.locator('button[data-opens=grow]').click();
    await page.locator('#grow [name=sizeGib]').fill('0.01');
    await page.locator('#grow .btn-primary').click();
    await page.locator('#grow [name=sizeGib].is-invalid').waitFor();
    await page.locator('#grow [name=sizeGib]').fill('0.1');
    await page.locator('#grow .btn-primary').click();
    await page.locator('#grow').waitFor({ state: 'hidden' });

    await page.locator('#image-draft button[data-opens=publish]').click();
    await page.locator('#publish [name=note]').fill('装了新驱动');
    await page.locator('#publish .btn-primary').click();
    await page.locator('[data-version="2"].version-published:has-text("装了新驱动")').waitFor();
    expect(await image('win')).toMatchObject({ published: 2, draft: null });

    await page.locator('[data-version="1"] button[hx-post$=publish]').click();
    await page
      .locator(
        `#confirm-text:has-text("${said('PCs that run go on undisturbed', '正在运行的客户机不受影响')}")`,
      )
      .waitFor();
    await page.locator('#confirm-go').click();
    await page.locator('[data-version="1"].version-published').waitFor();
    await page.locator('[data-version="2"] button[hx-post$=remove]').click();
    await page.locator('#confirm-go').click();
    await page.locator('[data-version="2"]').waitFor({ state: 'detached' });
    expect((await image('win')).versions.map(({ number }) => number)).toEqual([1]);

    await page.goto('/images/left');
    await page.locator('button[data-opens=remove]').click();
    await page.locator('#remove [name=typed]').fill('nope');
    await page.locator('#remove .btn-danger').click();
    await page.locator('#remove [name=typed].is-invalid').waitFor();
    await page.locator('#remove [name=typed]').fill('left');
    await page.locator('#remove .btn-danger').click();
    await page.waitForURL('**/images');
    ui.expectNoFaults([400, 404, 409]);
  });

  test('a disk made elsewhere becomes the next version: from the server, and from this computer', async () => {
    const { page } = await ui.loginAs('admin', { locale: language });
    const made = join(directory, 'made.raw');
    await writeFile(made, randomBytes(4 * mib));
    const form = page.locator('form[hx-post$="/next-version/path"]');
    await page.goto('/images/win');
    await page.locator('a[href$="/next-version"]').click();
    await page.waitForURL('**/next-version');
    await form.locator('[name=path]').fill('/nowhere/win.vhdx');
    await form.locator('.btn-primary').click();
    await page.locator('.note-danger:has-text("/nowhere/win.vhdx")').waitFor();
    await form.locator('[name=path]').fill(made);
    await form.locator('[name=note]').fill('虚拟机里做的');
    await form.locator('.btn-primary').click();
    await page.waitForURL('**/tasks');
    await page.locator('.task-done:has-text("win")').first().waitFor();
    await page.goto('/images/win');
    await page.locator('[data-version="3"].version-published:has-text("虚拟机里做的")').waitFor();

    await ui.api('POST', '/images/win/uploads', { sizeBytes: 4 * mib, note: '上传的' });
    await page.goto('/images/win/next-version');
    await page.locator('.unfinished [data-name=win] input').setInputFiles(made);
    await page.waitForURL('**/tasks', { timeout: 30_000 });
    await page.locator('.task-done:has-text("win")').first().waitFor({ timeout: 20_000 });
    await page.goto('/images/win');
    await page.locator('[data-version="4"].version-published:has-text("上传的")').waitFor();

    await page.goto('/images/win/next-version');
    await page.locator('#upload-file').setInputFiles(made);
    await page.locator('#upload-note').fill('又一个');
    await page.locator('#upload-form button[type=submit]').click();
    await page.waitForURL('**/tasks', { timeout: 30_000 });
    await page.locator('.task-done:has-text("win")').first().waitFor({ timeout: 20_000 });
    await page.goto('/images/win');
    await page.locator('[data-version="5"].version-published:has-text("又一个")').waitFor();
    ui.expectNoFaults([404]);
  });

  test.each(['viewer', 'operator'] as const)(
    '%s: sees it all and can change nothing',
    async (role) => {
      const { page } = await ui.loginAs(role, { locale: language });
      await page.goto('/images/win');
      await page.locator('.version-published').waitFor();
      expect(await page.locator('main button:visible, dialog#publish').count()).toBe(0);
      await page.goto('/images');
      expect(await page.locator('main a.btn:visible').count()).toBe(0);
      ui.expectNoFaults();
    },
  );
});
