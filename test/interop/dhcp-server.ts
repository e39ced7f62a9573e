/**
 * The real ProxyDHCP server on this namespace's interfaces, without the rest of the program.
 * Prints `ready`, a JSON line per answer, and on SIGTERM the counters as the last line.
 */
import { pino } from 'pino';
import { listInterfaces } from '../../src/net/interfaces.ts';
import { openUdp } from '../../src/net/udp.ts';
import { startDhcpServer } from '../../src/servers/dhcp/server.ts';
import { createCounters } from '../../src/service/counters.ts';
import { planWith } from '../fixtures/dhcp.ts';

const counters = createCounters();
const server = await startDhcpServer({
  openUdp,
  interfaces: listInterfaces(),
  ports: { dhcp: 67, pxe: 4011 },
  planFor: (_client, { address }) =>
    planWith({
      server: {
        address,
        scriptUrl: `http://${address}:8080/ipxe/boot.ipxe`,
        httpBaseUrl: `http://${address}:8080/boot`,
      },
    }),
  onAnswer: ({ mac }, answer) => console.log(JSON.stringify({ mac, ...answer })),
  onAddress: (mac, address) => console.log(JSON.stringify({ mac, address })),
  counters,
  log: pino({ level: 'warn' }),
});

process.once('SIGTERM', async () => {
  await server.close();
  console.log(JSON.stringify(counters.all()));
});
console.log('ready');
