import type { Page } from 'playwright-core';

/** A page as it is looked at: in screenshots, and by the accessibility test. */
export interface Screen {
  /** Also of its picture. */
  name: string;
  path: string;
  /** `first-run`: while there is no user yet. */
  as: 'first-run' | 'nobody' | 'admin';
  /** Whether it looks for other servers on the LAN, which a test's real program must not. */
  examines?: boolean;
  /** Brings it to where it is worth looking at. */
  prepare?: (page: Page) => Promise<void>;
  /** Whether the picture is of the whole page, default, or of what is seen first. */
  isWhole?: boolean;
}

/** uPlot is loaded once the page is there. */
const waitForCharts = (page: Page) => page.locator('[data-chart=iscsi] canvas').waitFor();
const waitForFindings = (page: Page) => page.locator('#findings:not([aria-busy])').waitFor();

/** Every page of the console. A new one is added here. */
export const screens: readonly Screen[] = [
  { name: 'first-run', path: '/first-run', as: 'first-run' },
  { name: 'login', path: '/login', as: 'nobody' },
  { name: 'overview', path: '/', as: 'admin', prepare: waitForCharts },
  {
    name: 'overview-picked',
    path: '/',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await waitForCharts(page);
      await page.locator('#hall-select-all').click();
    },
  },
  {
    name: 'overview-change',
    path: '/',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await waitForCharts(page);
      await page.locator('#hall-select-all').click();
      await page.locator('[data-opens="hall-change"]').click();
    },
  },
  { name: 'hosts', path: '/hosts', as: 'admin' },
  { name: 'host', path: '/hosts/pc-001', as: 'admin' },
  { name: 'host-edit', path: '/hosts/pc-002/edit', as: 'admin' },
  {
    name: 'hosts-import',
    path: '/hosts/import',
    as: 'admin',
    async prepare(page) {
      const csv = 'name,mac,group\npc-900,525400009900,前台\npc-901,52540000990,前台';
      await page.locator('#import-text').fill(csv);
      await page.locator('#import-form button[type=submit]').click();
      await page.locator('#import-preview li').first().waitFor();
    },
  },
  {
    name: 'entries',
    path: '/entries',
    as: 'admin',
    async prepare(page) {
      await page.locator('#preview-host').selectOption('pc-001');
      await page.locator('.menu-title:has-text("pc-001")').waitFor();
    },
  },
  { name: 'entry-new', path: '/new-entry', as: 'admin' },
  { name: 'images', path: '/images', as: 'admin' },
  { name: 'image', path: '/images/win11', as: 'admin' },
  {
    name: 'image-publish',
    path: '/images/win11',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await page.locator('[data-opens="publish"]').click();
    },
  },
  { name: 'image-next', path: '/images/win11/next-version', as: 'admin' },
  { name: 'new-image', path: '/new-image', as: 'admin' },
  { name: 'storage', path: '/storage', as: 'admin' },
  { name: 'backups', path: '/backups', as: 'admin' },
  { name: 'events', path: '/events', as: 'admin', isWhole: false },
  { name: 'health', path: '/health', as: 'admin', examines: true, prepare: waitForFindings },
  { name: 'setup', path: '/setup', as: 'admin' },
  {
    name: 'setup-check',
    path: '/setup/check',
    as: 'admin',
    examines: true,
    prepare: waitForFindings,
  },
  { name: 'setup-interfaces', path: '/setup/interfaces', as: 'admin' },
  { name: 'setup-addresses', path: '/setup/addresses', as: 'admin' },
  { name: 'setup-disks', path: '/setup/disks', as: 'admin' },
  { name: 'setup-next', path: '/setup/next', as: 'admin' },
  {
    name: 'api',
    path: '/api-docs',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await page.locator('.api-operation:has(.api-POST) summary').first().click();
    },
  },
  { name: 'people', path: '/people', as: 'admin' },
  {
    name: 'people-add',
    path: '/people',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await page.locator('[data-opens="user-new"]').click();
    },
  },
  { name: 'audit', path: '/people/audit', as: 'admin', isWhole: false },
  { name: 'settings', path: '/settings', as: 'admin' },
  {
    name: 'settings-subnet',
    path: '/settings',
    as: 'admin',
    isWhole: false,
    async prepare(page) {
      await page.locator('[data-opens="subnet-new"]').click();
    },
  },
  { name: 'tasks', path: '/tasks', as: 'admin' },
  { name: 'profile', path: '/profile', as: 'admin' },
];
