import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../src/servers/console/texts.ts';
import { seedHall } from '../fakes/hall.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

describe.each(languages)('boot entries, %s', (language) => {
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
    await seedHall(ui.fake, 4);
    await ui.fake.services.images.createBlank({ name: 'ubuntu', kind: 'os' }, 4096);
    await ui.fake.services.images.createBlank({ name: 'music', kind: 'data' }, 4096);
  });
  afterAll(() => ui.stop());

  const names = () => ui.fake.services.entries.list().map(({ name }) => name);

  test('one is added with its disks in order, edited and removed; a bad name is said beside it', async () => {
    const { page } = await ui.openAs('admin', { locale: language });
    await page.goto('/entries');
    await page.locator('main a.btn-primary').click();
    const save = page.locator('form.entry-form [type=submit]');
    await page.locator('[name=name]').fill('电影');
    await page.locator('[name=os]').selectOption('ubuntu');
    await save.click();
    await page.locator('#problem-name').waitFor();
    await page.locator('[name=name]').fill('movies');
    await page.locator('[name=description]').fill('Ubuntu for films');
    await page.locator('[value=games]').check();
    await page.locator('[value=music]').check();
    await page.locator('#up-data-music').click();
    await save.click();
    await page.waitForURL('**/entries');
    const entry = ui.fake.services.entries.get('movies');
    expect(entry).toMatchObject({ os: 'ubuntu', description: 'Ubuntu for films' });
    expect(entry.data).toEqual(['music', 'games']);

    await page.locator('[data-entry=movies] a[href$=edit]').click();
    await page.waitForURL('**/entries/movies/edit');
    await page.locator('[value=games]').uncheck();
    await save.click();
    await page.waitForURL('**/entries');
    expect(ui.fake.services.entries.get('movies').data).toEqual(['music']);
    ui.fake.services.addEntry({ name: 'old', os: 'win11' });
    await page.locator('[data-entry=old]').waitFor({ timeout: 3_000 });
    await page.locator('[data-entry=old] [hx-post$=remove]').click();
    await page.locator('#confirm-go').click();
    await page.locator('[data-entry=old]').waitFor({ state: 'detached' });
    expect(names()).toEqual(['win11', 'movies']);
    ui.expectNoFaults([400]);
  });

  test('they are dragged, or moved by keyboard, into another order; the preview follows', async () => {
    const { page } = await ui.openAs('operator', { locale: language });
    await page.goto('/entries');
    await page.locator('#preview-host').selectOption('pc-001');
    await page.locator('.menu-title:has-text("pc-001")').waitFor();
    const items = () =>
      page
        .locator('.menu-item')
        .allInnerTexts()
        .then((all) => all.slice(0, 2).map((text) => text.split(' ')[0]));
    expect(await items()).toEqual(['win11', 'movies']);

    await page.locator('#down-win11').press('Enter');
    await expect.poll(items, { timeout: 5_000 }).toEqual(['movies', 'win11']);
    expect(names()).toEqual(['movies', 'win11']);
    expect(await page.locator(':focus').getAttribute('id')).toBe('down-win11');

    const handle = (name: string) => page.locator(`[data-entry=${name}] .ordered-handle`);
    const target = await handle('movies').boundingBox();
    await handle('win11').hover();
    await page.mouse.down();
    await page.mouse.move((target?.x ?? 0) + 5, (target?.y ?? 0) + 8, { steps: 8 });
    await page.mouse.move((target?.x ?? 0) + 5, (target?.y ?? 0) - 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(items, { timeout: 5_000 }).toEqual(['win11', 'movies']);

    await page.locator('.menu-script summary').first().click();
    const script = await page.locator('.menu-script pre').first().textContent();
    const exact = await ui.fake.services.menuPreviews.preview('pc-001');
    expect(script).toBe(exact.script);
    ui.fake.services.updateHost('pc-001', { super: true });
    await page.locator('.menu-title:has-text("SUPER MODE")').waitFor({ timeout: 5_000 });
    await page.locator('#preview-host').selectOption('');
    await page.locator('.menu-title:has-text("not in the list")').waitFor();
    ui.expectNoFaults();
  });

  test('a viewer looks, and moves nothing', async () => {
    const { page } = await ui.openAs('viewer', { locale: language });
    await page.goto('/entries');
    await page.locator('[data-entry=win11]').waitFor();
    expect(await page.locator('main .btn:visible, .ordered-handle:visible').count()).toBe(0);
    ui.expectNoFaults();
  });
});
