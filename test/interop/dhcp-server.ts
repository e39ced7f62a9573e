/**
 * The real ProxyDHCP server on this namespace's interfaces, without the rest of the program.
 * An argument may change it: `node dhcp-server.ts '{"plan":{"rechain":"always"},"quiet":true}'`.
 * Prints `ready`, unless quiet a JSON line per answer, and on SIGTERM the counters as the last line.
 */
import { pino } from 'pino';
import type { DhcpPlan } from '../../src/boot/plan.ts';
import { chooseInterfaces } from '../../src/net/interfaces.ts';
import { openUdp } from '../../src/net/udp.ts';
import { startDhcpServer } from '../../src/servers/dhcp/server.ts';
import { createCounters } from '../../src/service/counters.ts';
import { planWith } from '../fixtures/dhcp.ts';

interface HarnessOptions {
  /** For every PC. */
  plan?: Partial<DhcpPlan>;
  quiet?: boolean;
}

const { plan, quiet = false }: HarnessOptions = JSON.parse(process.argv[2] ?? '{}');
const tell = (event: object) => {
  if (!quiet) console.log(JSON.stringify(event));
};
const counters = createCounters();
const server = await startDhcpServer({
  openUdp,
  interfaces: chooseInterfaces([]),
  ports: { dhcp: 67, pxe: 4011 },
  planFor: (_client, { address }) =>
    planWith({
      ...plan,
      server: {
        address,
        scriptUrl: `http://${address}:8080/ipxe/boot.ipxe`,
        httpBaseUrl: `http://${address}:8080/boot`,
      },
    }),
  onAnswer: ({ mac }, answer) => tell({ mac, ...answer }),
  onAddress: (mac, address) => tell({ mac, address }),
  counters,
  log: pino({ level: 'warn' }),
});

process.once('SIGTERM', async () => {
  await server.close();
  console.log(JSON.stringify(counters.all()));
});
console.log('ready');
