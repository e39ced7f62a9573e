import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScriptRenderer, createTemplateRenderer } from '../../../src/boot/script.ts';
import { createTranslator } from '../../../src/i18n/translate.ts';
import { treeResources } from '../../../src/resources.ts';
import { startBootHttp } from '../../../src/servers/boot-http/server.ts';
import { readScriptTemplates } from '../../../src/templates.ts';
import { createFakeServices, type FakeServices } from '../../fakes/services.ts';

const files = [
  'ipxe/wimboot',
  'winpe/amd64/media/Boot/BCD',
  'winpe/amd64/media/Boot/boot.sdi',
  'winpe/amd64/media/EFI/Boot/bootx64.efi',
  'winpe/amd64/media/bootmgr',
  'winpe/amd64/media/sources/BOOT.WIM',
  'debian/linux',
  'debian/initrd.gz',
  'netboot/ubuntu-installer/amd64/linux',
  'netboot/ubuntu-installer/amd64/initrd.gz',
  'ubuntu/casper/vmlinuz',
  'ubuntu/casper/initrd',
  'ubuntu/ubuntu.iso',
  'iso/Windows 11 中文.iso',
  'iso/memdisk',
];

describe('tools of a PC in super mode', () => {
  let fake: FakeServices;
  let root: string;
  let server: Awaited<ReturnType<typeof startBootHttp>>;
  let base: string;

  const put = async (path: string, text = '') => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cafeboot-tools-'));
    for (const file of files) await put(file);
    fake = await createFakeServices(':memory:', root);
    const { services } = fake;
    await services.images.createBlank({ name: 'win', kind: 'os' }, 1024);
    services.addEntry({ name: 'win', os: 'win' });
    services.addHost({ name: '前台', mac: '525400000001', super: true, ip: '127.0.0.1' });
    services.addHost({ name: 'pc-02', mac: '525400000002', ip: '127.0.0.2' });
    services.addHost({ name: 'pc-03', mac: '525400000003', super: true, ip: '10.1.2.3' });
    const templates = readScriptTemplates(treeResources());
    server = await startBootHttp({
      boots: services.boots,
      renderScript: createScriptRenderer(templates),
      renderTemplate: createTemplateRenderer(templates),
      settings: services.settings.get,
      counters: services.counters,
      log: pino({ level: 'silent' }),
      httpRoot: root,
      bootFiles: { names: [], directories: [] },
      address: '127.0.0.1',
      port: 0,
      iscsiPort: 3260,
      describeError: createTranslator('en').error,
    });
    base = `http://127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    await server.close();
    await fake.services.close();
    await fake.volumes.cleanUp();
    await rm(root, { recursive: true });
  });

  const get = async (path: string) =>
    (await (await fetch(base + path)).text())
      .replaceAll(String(server.port), '8080')
      .replaceAll(/(password |-v |password password )[A-Za-z0-9]{16}$/gm, '$1SECRET');
  const script = (tool: string, hex = '525400000001') => get(`/ipxe/tools/mac-${hex}/${tool}.ipxe`);
  const golden = (name: string) => `../../fixtures/golden/tools/${name}`;

  test('all are in its menu, and in no other', async () => {
    const items = /^item tool-.*$/gm;
    const menu = await get('/ipxe/cfg/mac-525400000001.ipxe.cfg');
    expect(menu.match(items)).toEqual([
      'item tool-debian Install Debian',
      expect.stringMatching(/^item tool-iso-[0-9a-f]{8} Windows 11 \?\?$/),
      'item tool-ubuntu Install Ubuntu',
      'item tool-ubuntu-netboot Install Ubuntu (netboot)',
      'item tool-winpe Windows PE',
    ]);
    expect(await get('/ipxe/cfg/mac-525400000002.ipxe.cfg')).not.toMatch(/tool/i);
  });

  test.each(['winpe', 'debian', 'ubuntu-netboot', 'ubuntu'])('the script of %s', async (tool) => {
    const text = await script(tool);
    expect(text.startsWith('#!ipxe\n')).toBe(true);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    await expect(text).toMatchFileSnapshot(golden(`${tool}.ipxe`));
  });

  test.each([
    ['debian', 'preseed.cfg'],
    ['ubuntu-netboot', 'preseed.cfg'],
    ['ubuntu', 'user-data'],
    ['ubuntu', 'meta-data'],
  ])('what %s is answered: %s', async (tool, answer) => {
    const text = await get(`/ipxe/tools/mac-525400000001/${tool}/${answer}`);
    await expect(text).toMatchFileSnapshot(golden(`${tool}-${answer}`));
  });

  test('the script of an ISO image whose name has other letters', async () => {
    const menu = await get('/ipxe/cfg/mac-525400000001.ipxe.cfg');
    const [, name = ''] = /^item tool-(iso-\w+)/m.exec(menu) ?? [];
    const text = (await script(name)).replaceAll(name, 'iso-ID');
    await expect(text).toMatchFileSnapshot(golden('iso.ipxe'));
    const [, path = ''] = /http:\/\/127\.0\.0\.1:8080(\/iso\S+)/.exec(text) ?? [];
    expect((await fetch(base + path)).status).toBe(200);
  });

  test('nobody else gets what is for one PC: neither scripts nor the secrets in answers', async () => {
    expect(await script('winpe', '525400000003')).toMatch(/asked from 127\.0\.0\.1/);
    const path = '/ipxe/tools/mac-525400000003/debian/preseed.cfg';
    const refused = await fetch(base + path);
    expect([refused.status, await refused.text()]).toEqual([404, '']);
    fake.services.updateHost('pc-02', { ip: null });
    fake.services.boots.sawAddress('52:54:00:00:00:02', '127.0.0.1');
    expect(await script('winpe', '525400000002')).toMatch(/is not in super mode/);
    const own = '/ipxe/tools/mac-525400000002/debian/preseed.cfg';
    expect((await fetch(base + own)).status).toBe(404);
  });

  test('missing files are named in the menu, and by whoever chooses the tool', async () => {
    await rm(join(root, 'winpe'), { recursive: true });
    await rm(join(root, 'ipxe/wimboot'));
    expect(await get('/ipxe/cfg/mac-525400000001.ipxe.cfg')).toContain(
      'item tool-winpe Windows PE  (missing: winpe/wimboot and 1 more)\n',
    );
    expect(await script('winpe')).toMatch(/needs files that are not there: winpe\/wimboot, winpe/);
  });

  test('a folder of the administrator is a tool, and comes before ours of that name', async () => {
    await put(
      'tools/memtest/tool.toml',
      'title = "Memory test"\ndisk = "none"\nplatforms = ["bios"]\n',
    );
    await put('tools/memtest/boot.ipxe.njk', '#!ipxe\nkernel {{ baseUrl | word }}/memtest\n');
    await put('tools/debian/tool.toml', 'title = "Our Debian"\ndisk = "none"\nlike = "winpe"\n');
    const menu = await get('/ipxe/cfg/mac-525400000001.ipxe.cfg');
    expect(menu).toMatch(/^iseq \$\{platform} pcbios && item tool-memtest Memory test \|\|$/m);
    expect(menu).toContain('item tool-debian Our Debian\n');
    expect(await script('memtest')).toBe('#!ipxe\nkernel http://127.0.0.1:8080/memtest\n');
    // Its template asks for a disk, which its manifest says it needs none of.
    expect(await script('debian')).toMatch(/The tool debian cannot be used/);
  });

  test('a tool for once is what the menu starts, until it has', async () => {
    const { hosts, updateHost } = fake.services;
    updateHost('525400000001', { nextTool: 'memtest' });
    const chosen = /^choose --default (\S+)/m;
    expect((await get('/ipxe/cfg/mac-525400000001.ipxe.cfg')).match(chosen)?.[1]).toBe(
      'tool-memtest',
    );
    await script('memtest');
    expect(hosts.get('前台').nextTool).toBeNull();
    expect((await get('/ipxe/cfg/mac-525400000001.ipxe.cfg')).match(chosen)?.[1]).toBe('entry-win');
    expect(() => updateHost('525400000001', { nextTool: '../x' })).toThrow(/invalid_value/);
  });
});
