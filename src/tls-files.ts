import { readFile } from 'node:fs/promises';
import type { Config } from './config.ts';
import { CafebootError } from './errors.ts';

type TlsKey = Extract<keyof Config, `${string}Tls${'Key' | 'Cert' | 'Ca'}`>;

/** What the Thrift port over TLS needs; undefined where it is closed. Throws `invalid_value` naming the file. */
export async function readThriftTls(config: Config) {
  if (config.thriftTlsPort === 0) return undefined;
  return {
    port: config.thriftTlsPort,
    key: await readPem(config, 'thriftTlsKey'),
    cert: await readPem(config, 'thriftTlsCert'),
    ca: await readPem(config, 'thriftTlsCa'),
  };
}

/** What the console over HTTPS needs; undefined where neither file is named. Throws as above. */
export async function readConsoleTls(config: Config) {
  if (config.consoleTlsKey === '' && config.consoleTlsCert === '') return undefined;
  return {
    key: await readPem(config, 'consoleTlsKey'),
    cert: await readPem(config, 'consoleTlsCert'),
  };
}

async function readPem(config: Config, field: TlsKey): Promise<string> {
  try {
    return await readFile(config[field], 'utf8');
  } catch (error) {
    const context = { field, value: config[field], reason: (error as Error).message };
    throw new CafebootError('invalid_value', context, { cause: error });
  }
}
