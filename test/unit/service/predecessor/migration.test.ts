import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createScriptRenderer, createTemplateRenderer } from '../../../../src/boot/script.ts';
import { createTranslator } from '../../../../src/i18n/translate.ts';
import { treeResources } from '../../../../src/resources.ts';
import { startBootHttp } from '../../../../src/servers/boot-http/server.ts';
import { readScriptTemplates } from '../../../../src/templates.ts';
import { createFakeServices, type FakeServices } from '../../../fakes/services.ts';
import { cafeOf30, writeOldCafe } from '../../../fixtures/predecessor.ts';
import { parseOldMenu, parseOurMenu } from '../../../fixtures/predecessor-menu.ts';

let root: string;
let from: string;
let disks: string;
let fake: FakeServices;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cafeboot-migrate-'));
  [from, disks] = [join(root, 'DBC-CloudCyberCafe'), join(root, 'mnt')];
  await writeOldCafe(from, cafeOf30);
  for (const [index, { name }] of [...cafeOf30.os, ...cafeOf30.dataDisks].entries()) {
    await mkdir(join(disks, name), { recursive: true });
    await writeFile(join(disks, name, 'disk.img'), Buffer.alloc(1024 ** 2, index + 1));
  }
  fake = await createFakeServices();
});
afterEach(async () => {
  await fake.services.close();
  await fake.volumes.cleanUp();
  await rm(root, { recursive: true });
});

async function migrate(fields = { from, disks }) {
  const { migration, tasks } = fake.services;
  const { id } = await migration.start(fields);
  await tasks.ended(id);
  return tasks.get(id);
}
const actions = async () =>
  (await fake.services.migration.plan({ from, disks })).map(
    ({ action, kind, name }) => `${action} ${kind} ${name}`,
  );
/** What is neither there nor for people to do. */
const left = async () => (await actions()).filter((each) => !/^(same|note) /.test(each));

/** Sums of all files below a directory, by path. */
async function sumsBelow(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sums = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const { mtimeMs } = await stat(path);
      const sum = createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
      return [path, `${sum} ${mtimeMs}`] as const;
    }),
  );
  return Object.fromEntries(sums);
}

/** Each PC's menu, as it comes over HTTP. */
async function fetchMenus(): Promise<Record<string, ReturnType<typeof parseOurMenu>>> {
  const { services } = fake;
  const templates = readScriptTemplates(treeResources());
  const server = await startBootHttp({
    boots: services.boots,
    renderScript: createScriptRenderer(templates),
    renderTemplate: createTemplateRenderer(templates),
    settings: services.settings.get,
    counters: services.counters,
    log: pino({ level: 'silent' }),
    httpRoot: root,
    bootFiles: { names: [], directories: [] },
    ...{ address: '127.0.0.1', port: 0, iscsiPort: 3260 },
    describeError: createTranslator('en').error,
  });
  try {
    const menus = await Promise.all(
      cafeOf30.hosts.map(async ({ mac }) => {
        const name = `mac-${mac.replaceAll(':', '').toLowerCase()}.ipxe.cfg`;
        const answer = await fetch(`http://127.0.0.1:${server.port}/ipxe/cfg/${name}`);
        return [name, parseOurMenu(await answer.text())] as const;
      }),
    );
    return Object.fromEntries(menus);
  } finally {
    await server.close();
  }
}

async function readOldMenus() {
  const directory = join(from, 'ipxe/cfg');
  const names = await readdir(directory);
  const menus = await Promise.all(
    names.map(
      async (name) => [name, parseOldMenu(await readFile(join(directory, name), 'utf8'))] as const,
    ),
  );
  return Object.fromEntries(menus);
}

test('a cafe of 30 PCs, 3 images and 4 entries: the same menus for the same MACs', async () => {
  const { services } = fake;
  const before = await sumsBelow(root);
  expect(await left()).toHaveLength(3 + 3 + 4 + 30);
  expect(services.hosts.list()).toEqual([]);
  expect(await migrate()).toMatchObject({ kind: 'migrate', state: 'done', error: null });

  const menus = await fetchMenus();
  expect(menus['mac-525400ab0002.ipxe.cfg']).toEqual({
    labels: ['win10', 'win10_games', 'ubuntu', 'office'],
    ...{ defaultLabel: 'win10_games', timeoutMs: 8000 },
  });
  expect(menus).toEqual(await readOldMenus());
  expect(Object.keys(menus)).toHaveLength(30);

  expect(services.hosts.get('pc_3')).toMatchObject({ super: true, ip: '192.168.1.103' });
  expect(services.entries.get('win10_games')).toMatchObject({ os: 'windows10', data: ['games'] });
  expect(services.images.get('games')).toMatchObject({ kind: 'data', description: '游戏盘' });
  expect(services.settings.get()).toMatchObject({
    ...{ menuTimeoutMs: 8000, dhcpMode: 'full' },
    dhcpSubnets: [
      {
        ...{ subnet: '192.168.1.0/24', range: '192.168.1.100-192.168.1.200' },
        ...{ routers: ['192.168.1.1'], dnsServers: ['223.5.5.5'], leaseSeconds: 2700 },
        broadcast: '192.168.1.255',
      },
    ],
  });
  // The disks are ours now, the originals as they were.
  const copied = await readFile(fake.volumes.store.devicePath('img-2-v1'));
  expect(copied.equals(Buffer.alloc(1024 ** 2, 2))).toBe(true);
  expect(await sumsBelow(root)).toEqual(before);
});

test('run again it does nothing; what was changed here stays as it is here', async () => {
  const { services } = fake;
  await migrate();
  services.setSetting('menuTimeoutMs', 3000);
  services.updateHost('pc_1', { name: '前台', entry: 'office' });
  expect(await left()).toEqual(['keep setting menuTimeoutMs']);
  expect(await migrate()).toMatchObject({ state: 'done' });
  expect(services.settings.get().menuTimeoutMs).toBe(3000);
  expect(services.hosts.list()).toHaveLength(30);
  expect(services.hosts.get('前台')).toMatchObject({ entry: 'office' });
});

test('a disk that is not mounted yet: what needs it waits, and comes with the next run', async () => {
  const { services } = fake;
  await rm(join(disks, 'ubuntu2004'), { recursive: true });
  await migrate();
  expect(await left()).toEqual(['wait image ubuntu2004', 'wait entry ubuntu']);
  expect(services.hosts.get('pc_3')).toMatchObject({ entry: null });
  await writeFile(join(disks, 'ubuntu2004.img'), Buffer.alloc(512, 7));
  await migrate();
  expect(await left()).toEqual([]);
  expect(services.hosts.get('pc_3')).toMatchObject({ entry: 'ubuntu' });
  expect(services.entries.list().map(({ name }) => name)).toEqual(
    cafeOf30.menu.map(({ name }) => name),
  );
});

test('cancelled in the middle, it goes on where it was', async () => {
  const { services } = fake;
  const { id } = await services.migration.start({ from, disks });
  expect((await services.tasks.cancel(id)).state).toBe('cancelled');
  expect(services.images.list()).toEqual([]);
  expect(await migrate()).toMatchObject({ state: 'done' });
  expect(await left()).toEqual([]);
});

test('names that cannot be are replaced, and what clashes is told and left', async () => {
  const { services } = fake;
  const [first, second, third] = cafeOf30.hosts;
  if (!first || !second || !third) throw new Error('no hosts');
  await writeOldCafe(from, {
    ...cafeOf30,
    hosts: [first, { ...second, mac: 'nonsense' }, { ...third, ip: first.ip }],
    os: [{ name: '系统盘', description: '', capacity: 1 }],
    dataDisks: [],
    menu: [{ name: '办公', os: '系统盘', data: [] }],
  });
  await cp(join(disks, 'windows10'), join(disks, '系统盘'), { recursive: true });
  await migrate();
  expect(await left()).toEqual(['clash host pc_2', 'clash host pc_3']);
  expect(services.entries.list()).toMatchObject([{ name: 'entry-1', description: '办公' }]);
  expect(services.images.list()).toMatchObject([{ name: 'image-1', description: '系统盘' }]);
});

test('a setting that cannot be here keeps nothing else back, and is told', async () => {
  await writeOldCafe(from, {
    ...cafeOf30,
    settings: { ...cafeOf30.settings, dhcp_range_to: '192.168.9.9' },
  });
  const task = await migrate();
  expect(task).toMatchObject({ state: 'failed', error: expect.stringContaining('invalid_value') });
  expect(fake.services.hosts.list()).toHaveLength(30);
  expect(fake.services.settings.get().dhcpMode).toBe('proxy');
});

test('the older config.json says the same', async () => {
  const columns = <Row extends object>(rows: Row[], names: Record<string, keyof Row>) =>
    Object.fromEntries(
      Object.entries(names).map(([name, key]) => [name, rows.map((row) => row[key])]),
    );
  const config = {
    dhcp_server: { interface: 'eth0', subnet: '192.168.1.0', subnet_mask: '255.255.255.0' },
    iscsi_setting: { server: '192.168.1.2', iscsi_target_prefix: 'iqn.2020-01.com.cafe' },
    volume_group_name: 'bootpool',
    hosts: columns(cafeOf30.hosts, {
      ...{ host_name: 'name', ip: 'ip', mac: 'mac', default_menu: 'menu', super_tube: 'super' },
    }),
    operation_system: columns(cafeOf30.os, { name: 'name', description: 'description' }),
    data_disk: columns(cafeOf30.dataDisks, { name: 'name', description: 'description' }),
    boot_menu: columns(cafeOf30.menu, { name: 'name', operation_system: 'os', data_disk: 'data' }),
  };
  from = join(root, 'older');
  await mkdir(join(from, 'plotly'), { recursive: true });
  await writeFile(join(from, 'plotly/config.json'), JSON.stringify(config));
  await migrate();
  const { services } = fake;
  expect(services.settings.get().targetPrefix).toBe('iqn.2020-01.com.cafe');
  expect(services.entries.get('win10_games')).toMatchObject({ os: 'windows10', data: ['games'] });
  expect(services.hosts.list()).toHaveLength(30);
  expect(services.hosts.get('pc_3').super).toBe(true);
});

test('a directory of something else', async () => {
  const empty = join(root, 'empty');
  await mkdir(empty);
  const { migration } = fake.services;
  await expect(migration.plan({ from: empty })).rejects.toMatchObject({ code: 'not_found' });
  await writeFile(join(empty, 'config.json'), '{"hosts"');
  await expect(migration.plan({ from: empty })).rejects.toMatchObject({ code: 'invalid_value' });
});
