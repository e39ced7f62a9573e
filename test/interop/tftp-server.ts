/**
 * Runs the real TFTP server for a test or the bench: `node tftp-server.ts '{"address":..., ...}'`.
 * Prints `ready` when it serves, one JSON line per transfer, and its counters when it is told to stop.
 */
import { pino } from 'pino';
import { openUdp } from '../../src/net/udp.ts';
import { createTftpFiles } from '../../src/servers/tftp/files.ts';
import type { TftpLimits } from '../../src/servers/tftp/limits.ts';
import { startTftpServer } from '../../src/servers/tftp/server.ts';
import { createCounters } from '../../src/service/counters.ts';

export interface HarnessOptions {
  address: string;
  directory: string;
  limits?: Partial<TftpLimits>;
  cacheBytes?: number;
  /** Print a line per transfer. */
  verbose?: boolean;
}

const options: HarnessOptions = JSON.parse(process.argv[2] ?? '{}');
const counters = createCounters();
const server = await startTftpServer({
  openUdp,
  interfaces: [{ name: 'eth0', address: options.address, netmask: '255.255.255.0' }],
  port: 69,
  files: createTftpFiles({
    roots: [{ directory: options.directory }],
    ...(options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes }),
  }),
  ...(options.limits ? { limits: options.limits } : {}),
  onTransfer: (report) => {
    if (options.verbose) console.log(JSON.stringify(report));
  },
  counters,
  log: pino({ level: 'silent' }),
});
console.log('ready');
process.once('SIGTERM', async () => {
  await server.close();
  console.log(`counters ${JSON.stringify(counters.all())}`);
});
