import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages } from '../../src/servers/console/texts.ts';
import { macOf, seedHall } from '../fakes/hall.ts';
import { type FakeUi, startFakeUi } from './fake-console.ts';

const count = 12;

describe.each(languages)('the list of PCs, %s', (language) => {
  const said = (en: string, zh: string) => (language === 'en' ? en : zh);
  let ui: FakeUi;
  beforeAll(async () => {
    ui = await startFakeUi();
    await seedHall(ui.fake, count);
  });
  afterAll(() => ui.stop());

  const hosts = () => ui.fake.services.hosts;

  test('is searched, filtered and sorted, and stays so while rows change', async () => {
    const { page } = await ui.openAs('viewer', { locale: language });
    await page.goto('/hosts');
    const names = () =>
      page.locator('#host-rows .host-row:visible .host-cell-name').allInnerTexts();
    expect(await names()).toHaveLength(count);
    await page.locator('#host-search').fill('52540000000c');
    expect(await names()).toEqual(['pc-012']);
    await page.locator('#host-search').fill('');
    await page.locator('[data-filter-by=group]').selectOption('大厅');
    const inHall = await names();
    expect(inHall.length).toBeLessThan(count);
    await page.locator('[data-sort=name]').click();
    expect(await names()).toEqual(inHall.toReversed());
    ui.fake.services.updateHost('pc-001', { super: true });
    await page
      .locator(`#host-525400000001:has-text("${said('Super mode', '超管模式')}")`)
      .waitFor();
    expect(await names()).toEqual(inHall.toReversed());
    await page.locator('#host-search').fill('nothing like it');
    await page.locator('#hosts-nothing').waitFor();
    expect(await page.locator('main .btn:visible').allInnerTexts()).toEqual([
      said('Export', '导出'),
    ]);
    ui.expectNoFaults();
  });

  test('a new PC appears by itself, and is taken in by number or by name; then all at once', async () => {
    const { unknownHosts } = ui.fake.services;
    const { page } = await ui.openAs('operator', { locale: language });
    await page.goto('/hosts');
    await page.locator('.unknown-list li:has-text("52:54:00:0f:00:01")').waitFor();
    unknownHosts.saw('52:54:00:0f:00:02', 0, 'PXEClient');
    await page.locator('.unknown-list li:has-text("BIOS")').waitFor({ timeout: 3_000 });
    const first = page.locator('.unknown-list li:has-text("52:54:00:0f:00:01")');
    await first.locator('button').click();
    await page.locator('#host-5254000f0001').waitFor({ timeout: 3_000 });
    expect(hosts().get('5254000f0001').name).toBe('pc-013');

    await page.locator('.unknown-list a').click();
    await page.waitForURL('**/new-host?*');
    await page.locator('[name=name]').fill('前台-1');
    expect(await page.locator('[name=mac]').inputValue()).toBe('52:54:00:0f:00:02');
    await page.locator('form.host-form [type=submit]').click();
    await page.waitForURL('**/hosts/5254000f0002');
    expect(hosts().get('前台-1').mac).toBe('52:54:00:0f:00:02');

    await page.goto('/hosts');
    for (const last of ['3', '4', '5']) {
      ui.fake.clock.now += 1_000;
      unknownHosts.saw(`52:54:00:0f:00:0${last}`, 7, '');
    }
    await page.locator('.unknown-list li').nth(2).waitFor({ timeout: 3_000 });
    await page.locator('#unknown-hosts button[hx-post="/hosts/adopt"]').click();
    await page.locator('#confirm-go').click();
    await page.locator('.note-success').waitFor();
    await page.locator('#unknown-hosts').waitFor({ state: 'hidden' });
    expect(hosts().get('pc-016').mac).toBe('52:54:00:0f:00:05');
    ui.expectNoFaults();
  });

  test('all of a PC is edited; what cannot be is said beside its field; nobody is overwritten', async () => {
    const { page } = await ui.openAs('operator', { locale: language });
    await page.goto('/hosts/pc-003/edit');
    const save = page.locator('form.host-form [type=submit]');
    const problemOf = (name: string) => page.locator(`#problem-${name}`);
    await page.locator('[name=name]').fill('-bad-');
    await save.click();
    await problemOf('name').waitFor();
    await page.locator('[name=name]').fill('pc-004');
    await save.click();
    await page.locator(`#problem-name:has-text("${said('in use', '已被占用')}")`).waitFor();
    await page.locator('[name=name]').fill('pc-3');
    await page.locator('[name=ip]').fill('10.0.0.999');
    await save.click();
    await problemOf('ip').waitFor();
    await page.locator('[name=ip]').fill('10.0.0.200');
    await page.locator('[name=mac]').fill('zz');
    await save.click();
    await problemOf('mac').waitFor();
    await page.locator('[name=mac]').fill('52-54-00-00-00-03');
    await page.locator('[name=group]').fill('二楼');
    await page.locator('[name=entry]').selectOption('');
    await page.locator('[name=overlay]').selectOption('keep');
    await page.locator('[name=firmware]').selectOption('snponly');
    await page.locator('[name=chap]').uncheck();
    await page.locator('[value=smyoo]').check();
    await page.locator('[data-move="-1"]').last().press('Enter');
    await save.click();
    await page.waitForURL('**/hosts/525400000003');
    expect(hosts().get('pc-3')).toMatchObject({
      ...{ ip: '10.0.0.200', group: '二楼', entry: null, overlay: 'keep', firmware: 'snponly' },
      ...{ chap: false, super: false, power: ['agent', 'smyoo', 'wol'] },
    });

    await page.goto('/hosts/pc-004/edit');
    ui.fake.services.updateHost('pc-004', { group: '三楼' });
    await page.locator('[name=ip]').fill('10.0.0.201');
    await save.click();
    await page.locator(`.note-danger:has-text("${said('meanwhile', '其他人')}")`).waitFor();
    expect(hosts().get('pc-004').group).toBe('三楼');
    ui.expectNoFaults([400, 409, 412]);
  });

  test('a list of 300 comes in after its mistakes were named and its changes seen', async () => {
    const { page } = await ui.openAs('admin', { locale: language });
    await page.goto('/hosts/import');
    const line = (index: number) =>
      `new-${index},52:54:00:99:${index < 256 ? '00' : '01'}:${(index % 256).toString(16).padStart(2, '0')},网吧二楼靠窗`;
    const lines = Array.from({ length: 299 }, (_, index) => line(index + 1));
    const upload = (rows: string[]) =>
      page.locator('#import-file').setInputFiles({
        name: 'hosts.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(['名称,MAC地址,分组', ...rows].join('\r\n')),
      });
    await upload([...lines, `pc-005,${macOf(5)},二楼`, 'bad,52:54,x']);
    await page.locator(`.import-problems:has-text("${said('Line', '第')} 302")`).waitFor();
    expect(await page.locator('.import-apply button').count()).toBe(0);
    expect(hosts().list().length).toBeLessThan(100);

    await upload([...lines, `pc-005,${macOf(5)},二楼`]);
    await page.locator('.import-counts:has-text("299")').waitFor();
    await page.locator('.import-change:has-text("二楼")').waitFor();
    await page.locator('.import-apply button').click();
    await page.locator('.import-finished').waitFor();
    expect(hosts().get('pc-005').group).toBe('二楼');
    expect(hosts().get('new-299').group).toBe('网吧二楼靠窗');
    await page.locator('.import-finished a').click();
    await page.locator('#host-rows .host-row').nth(305).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('a[download]').click(),
    ]);
    expect(download.suggestedFilename()).toBe('hosts.csv');
    ui.expectNoFaults();
  });

  test('a list that a spreadsheet saved as GBK is read', async () => {
    const { page } = await ui.openAs('admin', { locale: language });
    await page.goto('/hosts/import');
    // 名称,MAC地址 / 甲1,...
    const head = Buffer.from('c3fbb3c62c4d4143b5d8d6b70a', 'hex');
    const row = Buffer.concat([Buffer.from('bcd7', 'hex'), Buffer.from('1,525400990901')]);
    const buffer = Buffer.concat([head, row]);
    await page
      .locator('#import-file')
      .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer });
    await page.locator('.import-list:has-text("甲1")').waitFor();
    ui.expectNoFaults();
  });
});
