import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { environmentName, flagName, loadConfig } from '../../src/config.ts';

describe('configuration', () => {
  let directory: string;
  let configPath: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-config-'));
    configPath = join(directory, 'cafeboot.toml');
    await writeFile(configPath, 'data_dir = "/file"\nhttp_port = 1\ninterfaces = ["eth0"]\n');
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('without any source it is the defaults', async () => {
    const config = await loadConfig({ flags: {}, environment: {} });
    expect(config).toMatchObject({
      dataDir: '/var/lib/cafeboot',
      dhcpPort: 67,
      pxePort: 4011,
      tftpPort: 69,
      thriftPort: 9090,
      thriftTlsPort: 0,
      thriftTlsKey: '',
      thriftTlsCert: '',
      thriftTlsCa: '',
      httpPort: 8080,
      iscsiPort: 3260,
      interfaces: [],
    });
  });

  test('a flag beats the environment, which beats the file', async () => {
    const environment = { CAFEBOOT_HTTP_PORT: '2', CAFEBOOT_DATA_DIR: '/environment' };
    const config = await loadConfig({ flags: { httpPort: '3' }, environment, configPath });
    expect(config).toMatchObject({
      httpPort: 3,
      dataDir: '/environment',
      interfaces: ['eth0'],
    });
  });

  test('lists in the environment are separated by commas', async () => {
    const environment = { CAFEBOOT_INTERFACES: 'eth0,eth1' };
    expect((await loadConfig({ flags: {}, environment })).interfaces).toEqual(['eth0', 'eth1']);
  });

  test.each([
    [{ httpPort: 'abc' }, 'httpPort'],
    [{ dhcpPort: '70000' }, 'dhcpPort'],
    [{ logLevel: 'loud' }, 'logLevel'],
  ])('%o is refused, naming the value', async (flags, field) => {
    await expect(loadConfig({ flags, environment: {} })).rejects.toMatchObject({
      code: 'invalid_value',
      context: { field },
    });
  });

  test('a file that was named must be there and well formed', async () => {
    const missing = join(directory, 'missing.toml');
    await expect(loadConfig({ flags: {}, environment: {}, configPath: missing })).rejects.toThrow();
    const broken = join(directory, 'broken.toml');
    await writeFile(broken, 'data_dir = ');
    await expect(loadConfig({ flags: {}, environment: {}, configPath: broken })).rejects.toThrow();
  });

  test('names in the other writings', () => {
    expect([environmentName('dataDir'), flagName('poolSizeBytes')]).toEqual([
      'CAFEBOOT_DATA_DIR',
      '--pool-size-bytes',
    ]);
  });
});
