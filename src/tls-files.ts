import { readFile } from 'node:fs/promises';
import type { Config } from './config.ts';
import { CafebootError } from './errors.ts';

/** What the Thrift port over TLS needs; undefined where it is closed. Throws `invalid_value` naming the file. */
export async function readThriftTls(config: Config) {
  if (config.thriftTlsPort === 0) return undefined;
  const read = async (field: 'thriftTlsKey' | 'thriftTlsCert' | 'thriftTlsCa') => {
    try {
      return await readFile(config[field], 'utf8');
    } catch (error) {
      const context = { field, value: config[field], reason: (error as Error).message };
      throw new CafebootError('invalid_value', context, { cause: error });
    }
  };
  return {
    port: config.thriftTlsPort,
    key: await read('thriftTlsKey'),
    cert: await read('thriftTlsCert'),
    ca: await read('thriftTlsCa'),
  };
}
