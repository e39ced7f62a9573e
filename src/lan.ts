import { createAddressProbe } from './net/address-probe.ts';
import { askEverybody } from './net/ask-everybody.ts';
import { openUdp } from './net/udp.ts';
import { createDhcpSearch, type DhcpSearch } from './service/dhcp-search.ts';
import { run } from './storage/exec.ts';

/** DHCP's own ports (RFC 2131 section 4.1), on which other servers are wherever ours has been moved. */
const ports = { own: 68, to: 67 };
/** Servers that ping an address before they offer it are 3 s late (dnsmasq's default). */
const waitMs = 4_000;
const askAfterMs = [0, 800];

/** For `ip`, a matter of milliseconds. */
const forgetTimeoutMs = 2_000;

/** Never throws: not everybody may, and a small machine may lack iproute2. */
export async function forgetNeighbour(address: string, interfaceName: string): Promise<void> {
  const argv = ['neighbour', 'delete', address, 'dev', interfaceName];
  await run('ip', argv, { timeoutMs: forgetTimeoutMs }).catch(() => undefined);
}

/** Does `work` with a search for DHCP servers on this machine's LANs, which takes some seconds. */
export async function withDhcpSearch<Result>(
  work: (search: DhcpSearch) => Promise<Result>,
): Promise<Result> {
  const probe = await createAddressProbe(openUdp, forgetNeighbour);
  try {
    const search = createDhcpSearch({
      ask: (questions, onReply) =>
        askEverybody({ openUdp, questions, ports, askAfterMs, waitMs, onReply }),
      findOwner: probe.findOwner,
    });
    return await work(search);
  } finally {
    await probe.close();
  }
}
