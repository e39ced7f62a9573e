import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScriptRenderer, createTemplateRenderer } from '../../../src/boot/script.ts';
import { createTranslator } from '../../../src/i18n/translate.ts';
import { treeResources } from '../../../src/resources.ts';
import { startBootHttp } from '../../../src/servers/boot-http/server.ts';
import { readScriptTemplates } from '../../../src/templates.ts';
import { createFakeServices, type FakeServices } from '../../fakes/services.ts';

describe('boot HTTP', () => {
  let fake: FakeServices;
  let root: string;
  let server: Awaited<ReturnType<typeof startBootHttp>>;
  let base: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cafeboot-http-'));
    await mkdir(join(root, 'boot/sub'), { recursive: true });
    await mkdir(join(root, 'packaged'));
    await writeFile(join(root, 'boot/a file & more.txt'), '0123456789');
    await utimes(join(root, 'boot/a file & more.txt'), 0, new Date(2024, 1, 3, 4, 5));
    await writeFile(join(root, 'secret'), 'secret');
    await writeFile(join(root, 'boot/.hidden'), 'secret');
    await symlink('a file & more.txt', join(root, 'boot/link'));
    await writeFile(join(root, 'packaged/ipxe.efi'), 'efi');
    fake = await createFakeServices();
    const { services } = fake;
    await services.images.createBlank({ name: 'win', kind: 'os' }, 1024);
    services.addEntry({ name: 'win', os: 'win', description: 'Windows 11 $' + '{evil} && 网吧' });
    services.addEntry({ name: 'Ubuntu_22', os: 'win' });
    services.addHost({ name: '前台 1', mac: '525400000001', entry: 'Ubuntu_22', ip: '127.0.0.1' });
    services.addHost({ name: 'pc-02', mac: '525400000002', ip: '10.1.2.3' });
    server = await startBootHttp({
      boots: services.boots,
      renderScript: createScriptRenderer(readScriptTemplates(treeResources())),
      renderTemplate: createTemplateRenderer(readScriptTemplates(treeResources())),
      settings: services.settings.get,
      counters: services.counters,
      log: pino({ level: 'silent' }),
      httpRoot: join(root, 'boot'),
      bootFiles: {
        names: ['ipxe.efi', 'snponly.efi'],
        directories: [join(root, 'boot'), join(root, 'packaged')],
      },
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

  const get = (path: string, init?: RequestInit) => fetch(base + path, init);
  /** The script at this path, with the port and the secrets of this run taken out. */
  const script = async (path: string) =>
    (await (await get(path)).text())
      .replaceAll(String(server.port), '8080')
      .replace(/^set password [A-Za-z0-9]{16}$/m, 'set password SECRET');
  const golden = (name: string) => `../../fixtures/golden/scripts/${name}.ipxe`;

  test.each([
    ['boot', '/ipxe/boot.ipxe'],
    ['config', '/ipxe/boot.ipxe.cfg'],
    ['menu', '/ipxe/cfg/mac-525400000001.ipxe.cfg'],
    ['entry', '/ipxe/cfg/mac-525400000001/win.ipxe'],
    ['unknown', '/ipxe/cfg/mac-525400000099.ipxe.cfg'],
    ['no-entry', '/ipxe/cfg/mac-525400000001/nothing.ipxe'],
    ['wrong-address', '/ipxe/cfg/mac-525400000002/win.ipxe'],
  ])('the %s script', async (name, path) => {
    const text = await script(path);
    expect(text.startsWith('#!ipxe\n')).toBe(true);
    // Printable ASCII: iPXE has no other letters, and a control character could hide a command.
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    await expect(text).toMatchFileSnapshot(golden(name));
  });

  test('without CHAP, what another boot has set is cleared', async () => {
    fake.services.updateHost('525400000001', { chap: false });
    const text = await script('/ipxe/cfg/mac-525400000001/win.ipxe');
    await expect(text).toMatchFileSnapshot(golden('entry-without-chap'));
    fake.services.updateHost('525400000001', { chap: true });
  });

  test('a PC’s secret is in its own entry script, and nobody else gets it', async () => {
    const own = await get('/ipxe/cfg/mac-525400000001/win.ipxe');
    expect(own.headers.get('cache-control')).toBe('no-store');
    const secretIn = (text: string) => /^set password (\w+)$/m.exec(text)?.[1];
    const secret = secretIn(await own.text()) ?? '';
    expect(secret).toMatch(/^[A-Za-z0-9]{16}$/);

    const { boots, updateHost } = fake.services;
    const ofOther = '/ipxe/cfg/mac-525400000002/win.ipxe';
    const whileElsewhere = await (await get(ofOther)).text();
    expect(whileElsewhere).not.toMatch(/password/);
    boots.sawAddress('52:54:00:00:00:02', '127.0.0.1');
    const other = secretIn(await (await get(ofOther)).text());
    expect(other).toMatch(/^[A-Za-z0-9]{16}$/);
    expect(other).not.toBe(secret);

    // Seen elsewhere since: its script is no longer for this address, and what was served is not kept.
    updateHost('525400000001', { ip: '10.1.2.4' });
    boots.sawAddress('52:54:00:00:00:01', '10.1.2.4');
    for (const path of [
      '/ipxe/cfg/mac-525400000001/win.ipxe',
      '/ipxe/cfg/mac-525400000001.ipxe.cfg',
      '/ipxe/cfg/mac-525400000002.ipxe.cfg',
      '/ipxe/boot.ipxe.cfg',
    ]) {
      expect(await (await get(path)).text()).not.toContain(secret);
    }
    updateHost('525400000001', { ip: '127.0.0.1' });
    boots.sawAddress('52:54:00:00:00:02', '10.1.2.3');
  });

  test('a PC that captures its own disk is led to it, with the disk beside', async () => {
    const { captures, updateHost, images } = fake.services;
    await images.createBlank({ name: 'new', kind: 'os' }, 1024);
    updateHost('525400000001', { super: true, ip: '127.0.0.1' });
    await captures.set('525400000001', 'new');
    const menu = await script('/ipxe/cfg/mac-525400000001.ipxe.cfg');
    expect(menu).toContain('choose --default capture');
    const [, url] = /^:capture\nchain --replace --autofree (\S+) /m.exec(menu) ?? [];
    const path = '/ipxe/capture/mac-525400000001.ipxe';
    expect(url).toBe(`http://127.0.0.1:8080${path}`);
    await expect(await script(path)).toMatchFileSnapshot(golden('capture'));
    updateHost('525400000001', { chap: false });
    expect(await script(path)).toMatch(/^clear username \|\|\nclear password \|\|$/m);
    updateHost('525400000001', { chap: true });

    // Not for others, not elsewhere, and not out of super mode.
    expect(await script('/ipxe/cfg/mac-525400000002.ipxe.cfg')).not.toContain('capture');
    expect(await script('/ipxe/capture/mac-525400000002.ipxe')).not.toContain('sanhook');
    expect((await get('/ipxe/capture/mac-nonsense.ipxe')).status).toBe(404);
    updateHost('525400000001', { super: false });
    expect(await script('/ipxe/cfg/mac-525400000001.ipxe.cfg')).not.toContain('capture');
    expect(await script(path)).toContain('not in super mode');
    fake.clock.now += 121_000;
    await captures.end('525400000001');
  });

  test('super mode is said on the screen', async () => {
    fake.services.updateHost('pc-02', { super: true });
    expect(await script('/ipxe/cfg/mac-525400000002.ipxe.cfg')).toContain('SUPER MODE');
  });

  test('no menu time means no menu', async () => {
    fake.services.setSetting('menuTimeoutMs', 0);
    expect(await script('/ipxe/cfg/mac-525400000001.ipxe.cfg')).toContain(
      '\ngoto entry-Ubuntu_22\n',
    );
    fake.services.resetSetting('menuTimeoutMs');
  });

  test('an unknown PC is sent to its own disk where the settings say so', async () => {
    fake.services.setSetting('unknownHosts', 'local');
    const text = await script('/ipxe/cfg/mac-525400000099.ipxe.cfg');
    expect(text).toContain('sanboot --no-describe --drive 0x80 || exit');
    expect(text).not.toContain('menu');
    fake.services.resetSetting('unknownHosts');
  });

  test('a PC in no list is named on its own screen, by staff who have the code', async () => {
    const { oneTimeCode, hosts } = fake.services;
    const menu = await script('/ipxe/cfg/mac-525400000098.ipxe.cfg');
    const [, url = ''] = /chain --replace --autofree http:\/\/[^/]+(\S+adopt\S+) /.exec(menu) ?? [];
    const typed = (code: string, name: string) =>
      script(
        url
          .replace('\u0024{typed-code:uristring}', encodeURIComponent(code))
          .replace('\u0024{typed-name:uristring}', encodeURIComponent(name)),
      );
    await expect(await typed('1', 'pc 98')).toMatchFileSnapshot(golden('wrong-code'));
    expect(hosts.findByMac('52:54:00:00:00:98')).toBeUndefined();
    const { code } = oneTimeCode.get();
    await expect(await typed(code, 'pc 98')).toMatchFileSnapshot(golden('adopted'));
    expect(hosts.get('525400000098')).toMatchObject({ name: 'pc 98' });
    expect(await typed(code, 'pc 98')).toContain('in use already');
    for (let guess = 0; guess < 5; guess++) await typed('no', 'x');
    expect(await typed(code, 'y')).toContain('Too many wrong codes');
    expect((await get('/ipxe/adopt/mac-nonsense.ipxe')).status).toBe(404);
    expect(await script('/ipxe/adopt/mac-525400000097.ipxe?code=1&code=2')).toContain('#!ipxe');
    await fake.services.removeHost('pc 98');
  });

  test('scripts are never cached', async () => {
    expect((await get('/ipxe/boot.ipxe')).headers.get('cache-control')).toBe('no-store');
  });

  test.each(['mac-nonsense', 'mac-01005e000001', 'mac-'])('%s is no MAC', async (name) => {
    expect((await get(`/ipxe/cfg/${name}.ipxe.cfg`)).status).toBe(404);
  });

  test('files: whole, HEAD, ranges, and not again while unchanged', async () => {
    const path = '/a%20file%20%26%20more.txt';
    const whole = await get(path);
    expect(await whole.text()).toBe('0123456789');
    const head = await get(path, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('10');
    const part = await get(path, { headers: { range: 'bytes=2-4' } });
    expect([part.status, await part.text()]).toEqual([206, '234']);
    expect(part.headers.get('content-range')).toBe('bytes 2-4/10');
    const etag = whole.headers.get('etag') ?? '';
    expect((await rawGet(server.port, path, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(path, { headers: { range: 'bytes=99-' } })).status).toBe(416);
    expect(await (await get('/link')).text()).toBe('0123456789');
  });

  test('a listing has links, exact sizes and local times', async () => {
    const listing = await (await get('/')).text();
    expect(listing).toMatch(
      /<a href="\.\/a%20file%20&#38;%20more.txt">a file &#38; more.txt<\/a> +2024-02-03 04:05 +10\n/,
    );
    expect(listing).toMatch(/<a href="\.\/sub\/">sub\/<\/a> .* -\n/);
    expect((await get('/sub/')).status).toBe(200);
    expect((await get('/sub', { redirect: 'manual' })).headers.get('location')).toBe('/sub/');
  });

  test('iPXE binaries are at the top for UEFI HTTP boot', async () => {
    expect(await (await get('/ipxe.efi')).text()).toBe('efi');
    expect((await get('/snponly.efi')).status).toBe(404);
  });

  test.each([
    '/../secret',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/sub/../../secret',
    '/..%5csecret',
    '/%00',
    '/.hidden',
    '/%2ehidden',
    '/sub/%2e%2e/%2e%2e/secret',
    '/%',
  ])('no way out of the root by %s', async (path) => {
    const { status, body } = await rawGet(server.port, path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toBe('secret');
  });

  test('an OS reports itself up, from where its PC is', async () => {
    const report = (body: unknown) =>
      get('/report/os', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await report({ os: 'Debian', version: '12' })).status).toBe(404);
    fake.services.boots.sawAddress('52:54:00:00:00:01', '127.0.0.1');
    expect((await report({ os: 'Debian', version: '12' })).status).toBe(204);
    expect((await report({ os: 1 })).status).toBe(400);
    const kinds = fake.services.timeline.list({ mac: '52:54:00:00:00:01' }).map(({ kind }) => kind);
    expect(kinds).toContain('boot.os');
  });

  test('a firmware that fetched iPXE over HTTP is known to run it', async () => {
    const { boots, timeline } = fake.services;
    const mac = '52:54:00:00:00:01';
    const arch = { number: 7, name: 'UEFI x64', platform: 'efi-x64' } as const;
    const ipxe = { version: null, http: true, https: false, iscsi: true };
    const client = {
      mac,
      stage: 'ipxe',
      arch,
      transport: 'tftp',
      guid: null,
      ipxe,
      discovers: true,
    } as const;
    const facts = () => boots.meet({ ...client, vendorClass: 'PXEClient', userClass: 'iPXE' });
    boots.sawAddress(mac, '127.0.0.1');
    // Firmware asks for the size first; that is no transfer.
    await get('/ipxe.efi', { method: 'HEAD' });
    expect(facts().bootFileFetched).toBe(false);
    await get('/ipxe.efi');
    expect(facts().bootFileFetched).toBe(true);
    const events = timeline.list({ mac }).filter(({ kind }) => kind === 'boot.http');
    expect(events.map(({ data }) => data)).toEqual([{ file: 'ipxe.efi' }]);
  });
});

/** Unlike fetch, tidies no path up and adds no header. */
function rawGet(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on('error', reject);
    call.end();
  });
}
