import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seedHall } from '../fakes/hall.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

/** What can be worked on a page, as somebody with a mouse finds it; each gets a number. */
const numberAll = `
  [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => !element.disabled && element.type !== 'hidden')
    .map((element, index) => {
      element.dataset.number = index;
      return element.outerHTML.slice(0, 120);
    })`;
const focused = `document.activeElement?.dataset.number ?? null`;

describe('without a mouse', () => {
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
    await seedHall(ui.fake, 6);
    // Who has a disk is known from here on: no tile takes another's place while a test goes through them.
    const { page } = await ui.openAs('viewer');
    await page.goto('/');
    await page.locator('.tile-running').first().waitFor();
    await page.close();
  });
  afterAll(() => ui.stop());

  /** Goes through a page by Tab; what it did not come to. */
  async function findUnreached(page: Page): Promise<string[]> {
    const all = (await page.evaluate(numberAll)) as string[];
    const reached = new Set<number>();
    for (let presses = 0; presses < all.length + 10; presses++) {
      await page.keyboard.press('Tab');
      const number = (await page.evaluate(focused)) as string | null;
      if (number !== null) reached.add(Number(number));
    }
    return all.filter((_, index) => !reached.has(index));
  }

  test.each(['/', '/hosts', '/hosts/pc-001', '/images', '/images/win11', '/entries'])(
    'everything of %s is reached',
    async (path) => {
      const { page } = await ui.openAs('admin');
      await page.goto(path, { waitUntil: 'load' });
      expect(await findUnreached(page)).toEqual([]);
      ui.expectNoFaults();
    },
  );

  test('PCs are ticked, a dialog is opened, left by Escape, and an order is given', async () => {
    const { page } = await ui.openAs('operator');
    await page.goto('/', { waitUntil: 'load' });
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('href')).toBe('#content');
    await page.keyboard.press('Enter');
    await page.locator('#pick-tile-525400000001').focus();
    await page.keyboard.press('Space');
    await page.locator('#picked:visible').waitFor();
    await page.locator('#picked [data-opens=hall-change]').focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog#hall-change[open] :focus').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog#hall-change:not([open])').waitFor({ state: 'attached' });
    expect(await page.locator(':focus').getAttribute('data-opens')).toBe('hall-change');
    await page.keyboard.press('Enter');
    await page.locator('#hall-change [name=group]').focus();
    await page.keyboard.type('二楼');
    await page.locator('#hall-change button[value=change]').press('Enter');
    await expect.poll(() => ui.fake.services.hosts.get('pc-001').group).toBe('二楼');
    await page.locator('dialog#hall-change:not([open])').waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.locator('#picked').waitFor({ state: 'hidden' });
    ui.expectNoFaults();
  });

  test('Enter in a field of the hall does what the field is for, and switches no PC on', async () => {
    const { page } = await ui.openAs('operator');
    await page.goto('/', { waitUntil: 'load' });
    await page.locator('#pick-tile-525400000002').focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.locator('#hall-search').press('Enter');
    await page.locator('#picked [data-opens=hall-change]').press('Enter');
    await page.locator('#hall-change [name=group]').fill('三楼');
    await page.keyboard.press('Enter');
    await expect.poll(() => ui.fake.services.hosts.get('pc-002').group).toBe('三楼');
    await page.locator('dialog#hall-change:not([open])').waitFor({ state: 'attached' });
    expect(ui.fake.services.tasks.list().filter(({ kind }) => kind === 'power.on')).toEqual([]);
    ui.expectNoFaults();
  });

  test('an image is published and rolled back', async () => {
    const { page } = await ui.openAs('admin');
    await ui.fake.services.images.createBlank({ name: 'music', kind: 'data' }, 4096);
    await page.goto('/images/music', { waitUntil: 'load' });
    const press = async (selector: string, key = 'Enter') => {
      await page.locator(selector).focus();
      await page.keyboard.press(key);
    };
    await press('[data-opens=grow]');
    await page.locator('#grow [name=sizeGib]').fill('1');
    await page.keyboard.press('Enter');
    await press('#image-draft [data-opens=publish]');
    await press('#publish .btn-primary');
    await page.locator('[data-version="2"].version-published').waitFor();
    await press('[data-version="1"] button[hx-post$=publish]', 'Space');
    await page.locator('#confirm-go:focus, #confirm :focus').first().waitFor();
    await press('#confirm-go');
    await page.locator('[data-version="1"].version-published').waitFor();
    ui.expectNoFaults();
  });
});
