import { readFile } from 'node:fs/promises';
import { parse } from 'smol-toml';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { CafebootError } from './errors.ts';

const port = (byDefault: number) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: byDefault });

const file = Type.String({ default: '' });

/**
 * What must be known before the database is open. Each key can be said, in rising order of weight, in
 * `/etc/cafeboot/cafeboot.toml` (`data_dir`), the environment (`CAFEBOOT_DATA_DIR`) and by a flag
 * (`--data-dir`). A port of 0 switches that server off.
 */
export const configSchema = Type.Object({
  dataDir: Type.String({ default: '/var/lib/cafeboot', description: 'database, pool and files' }),
  interfaces: Type.Array(Type.String(), {
    default: [],
    description: 'network interfaces to serve; none named: those of the setting servedInterfaces',
  }),
  dhcpPort: { ...port(67), description: 'DHCP (udp)' },
  pxePort: { ...port(4011), description: 'PXE boot server (udp)' },
  tftpPort: { ...port(69), description: 'TFTP (udp)' },
  httpPort: { ...port(8080), description: 'boot scripts and files (tcp)' },
  thriftPort: { ...port(9090), description: 'Thrift, which dbc speaks (tcp)' },
  thriftTlsPort: { ...port(0), description: 'the same over TLS (tcp)' },
  thriftTlsKey: { ...file, description: "PEM file: the Thrift server's key" },
  thriftTlsCert: { ...file, description: 'PEM file: its certificate' },
  thriftTlsCa: { ...file, description: "PEM file: the authority of callers' certificates" },
  consolePort: { ...port(8050), description: 'console and REST API (tcp)' },
  consoleAddress: Type.String({ default: '0.0.0.0', description: 'address that they listen at' }),
  consoleTlsKey: { ...file, description: 'PEM file: the key of the console over HTTPS' },
  consoleTlsCert: { ...file, description: 'PEM file: its certificate; neither: HTTP' },
  iscsiPort: { ...port(3260), description: 'iSCSI (tcp)' },
  bootFilesDir: Type.String({
    default: '/usr/lib/ipxe',
    description: "the distribution's iPXE binaries",
  }),
  cacheDir: Type.String({
    default: '',
    description: 'where the single binary unpacks what must be a file; empty: /var/cache/cafeboot',
  }),
  poolSizeBytes: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'size of a new disk pool file; 0: nine tenths of what is free',
  }),
  logLevel: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'what the log holds',
  }),
});

export type Config = Static<typeof configSchema>;
export type ConfigKey = keyof Config;

export const configKeys = Object.keys(configSchema.properties) as ConfigKey[];
export const defaultConfigPath = '/etc/cafeboot/cafeboot.toml';

/** `dataDir` as an environment variable: `CAFEBOOT_DATA_DIR`. */
export const environmentName = (key: string) => `CAFEBOOT_${snake(key).toUpperCase()}`;
/** `dataDir` as a flag: `--data-dir`. */
export const flagName = (key: string) => `--${snake(key).replaceAll('_', '-')}`;
const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export interface ConfigSources {
  /** Values as the command line gave them: text, or lists of text. */
  flags: Partial<Record<ConfigKey, unknown>>;
  environment: Record<string, string | undefined>;
  /** TOML; the default path may be absent, a path that somebody named may not. */
  configPath?: string | undefined;
}

/** The interfaces to serve: those that the configuration names, else those of the setting; none named: all. */
export function namesToServe(config: Config, settings: { servedInterfaces: string[] }): string[] {
  return config.interfaces.length > 0 ? config.interfaces : settings.servedInterfaces;
}

/** Merges the sources. Throws `invalid_value` naming the first value that does not fit. */
export async function loadConfig({
  flags,
  environment,
  configPath,
}: ConfigSources): Promise<Config> {
  const file = await readToml(configPath);
  const merged = Object.fromEntries(
    configKeys.map((key) => {
      const value = flags[key] ?? environment[environmentName(key)] ?? file[snake(key)];
      return [key, toType(key, value)];
    }),
  );
  const [error] = Value.Errors(configSchema, merged);
  if (error) {
    const field = error.instancePath.split('/')[1] ?? '';
    const value = JSON.stringify(merged[field]);
    throw new CafebootError('invalid_value', { field, value, reason: error.message });
  }
  return merged as Config;
}

/** Flags and environment are text; numbers and lists are meant where the schema says so. */
function toType(key: ConfigKey, value: unknown): unknown {
  const byDefault = Value.Default(configSchema.properties[key], undefined);
  if (value === undefined) return byDefault;
  if (typeof byDefault === 'number' && typeof value === 'string') return Number(value);
  if (Array.isArray(byDefault) && typeof value === 'string') return value.split(',');
  return value;
}

async function readToml(path: string | undefined): Promise<Record<string, unknown>> {
  const file = path ?? defaultConfigPath;
  try {
    return parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const reason = error instanceof Error ? error.message : String(error);
    throw new CafebootError('invalid_value', { field: '--config', value: file, reason });
  }
}
