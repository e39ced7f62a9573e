import { type Config, namesToServe } from '../config.ts';
import { chooseInterfaces, type LanInterface } from '../net/interfaces.ts';
import type { Check, Finding, Machine } from './check.ts';

/** Who listens where, of one line of `ss`. */
export interface Listener {
  protocol: 'tcp' | 'udp' | 'unix';
  /** Of unix sockets their path. */
  port: string;
  /** Network card that it is bound to; empty for none. */
  device: string;
  /** `*` for all. */
  address: string;
  /** Empty where the kernel itself listens, or somebody of another network namespace. */
  owners: { name: string; pid: number }[];
}

/** Parses `ss -H -l -n -t -u -x -p`. */
export function parseListeners(text: string): Listener[] {
  return text.split('\n').flatMap((line): Listener[] => {
    const [kind = '', , , , local = '', ...rest] = line.trim().split(/\s+/);
    const owners = [...rest.join(' ').matchAll(/\("([^"]*)",pid=(\d+)/g)].map(
      ([, name = '', pid]) => ({ name, pid: Number(pid) }),
    );
    if (kind === 'tcp' || kind === 'udp') {
      const at = local.lastIndexOf(':');
      const [where = '', device = ''] = local.slice(0, at).split('%');
      const address = ['0.0.0.0', '[::]'].includes(where) ? '*' : where;
      return [{ protocol: kind, port: local.slice(at + 1), address, device, owners }];
    }
    if (kind !== 'u_str') return [];
    return [{ protocol: 'unix', port: local, address: '', device: '', owners }];
  });
}

interface Wanted {
  use: string;
  protocol: 'tcp' | 'udp';
  port: number;
}

function wantedPorts(config: Config): Wanted[] {
  const udp = (use: string, port: number): Wanted => ({ use, protocol: 'udp', port });
  const tcp = (use: string, port: number): Wanted => ({ use, protocol: 'tcp', port });
  return [
    udp('DHCP', config.dhcpPort),
    udp('PXE', config.pxePort),
    udp('TFTP', config.tftpPort),
    tcp('HTTP', config.httpPort),
    tcp('console', config.consolePort),
    tcp('Thrift', config.thriftPort),
    tcp('Thrift TLS', config.thriftTlsPort),
    tcp('iSCSI', config.iscsiPort),
  ].filter(({ port }) => port > 0);
}

/** Whether our ports are ours, or free where no server of ours runs. */
export const ports: Check = {
  name: 'ports',
  async run({ config, settings, isServing, run, readText }) {
    const { stdout } = await run('ss', ['-H', '-l', '-n', '-t', '-u', '-x', '-p']);
    const listeners = parseListeners(stdout);
    const served = chooseInterfaces(namesToServe(config, settings));
    return judgePorts(wantedPorts(config), listeners, {
      ...{ isServing, served, ownTgtds: await findOwnTgtds(listeners, config.dataDir, readText) },
      socketPath: `${config.dataDir}/run/cafeboot.sock`,
    });
  },
};

/** A tgtd that we started outlives us, and has our control socket in its environment; the system's own has not. */
async function findOwnTgtds(
  listeners: Listener[],
  dataDir: string,
  readText: Machine['readText'],
): Promise<number[]> {
  const pids = listeners.flatMap(({ owners }) =>
    owners.filter(({ name }) => name === 'tgtd').map(({ pid }) => pid),
  );
  const environments = await Promise.all(pids.map((pid) => readText(`/proc/${pid}/environ`)));
  const control = `TGT_IPC_SOCKET=${dataDir}/run/tgtd`;
  return pids.filter((_, index) => environments[index]?.split('\0').includes(control));
}

export interface PortState {
  isServing: boolean;
  /** The running server's own. */
  socketPath: string;
  served: readonly Pick<LanInterface, 'name' | 'address'>[];
  ownTgtds: readonly number[];
}

export function judgePorts(
  wanted: Wanted[],
  listeners: Listener[],
  { isServing, socketPath, served, ownTgtds }: PortState,
): Finding[] {
  const own = listeners
    .filter(({ protocol, port }) => protocol === 'unix' && port === socketPath)
    .flatMap(({ owners }) => owners.map(({ pid }) => pid));
  const taken = wanted.flatMap((each) =>
    listeners
      .filter(({ protocol, port }) => protocol === each.protocol && Number(port) === each.port)
      .filter((listener) => isInTheWay(each, listener, served))
      .filter(({ owners }) => !isOurs(each, owners, [...own, ...ownTgtds]))
      .map(({ owners }): Finding => {
        const [owner] = owners;
        const by = owner ? `${owner.name} (pid ${owner.pid})` : '?';
        const data = { use: each.use, port: `${each.protocol} ${each.port}`, by };
        return { verdict: 'fail', code: 'port-taken', data };
      }),
  );
  if (taken.length > 0) return taken;
  const data = { ports: wanted.map(({ protocol, port }) => `${protocol} ${port}`).join(', ') };
  return [{ verdict: 'ok', code: isServing ? 'ports-ours' : 'ports-free', data }];
}

/** UDP is served on each card's own address: a virtual network's DHCP on another card is nobody's trouble. */
function isInTheWay(
  { protocol }: Wanted,
  { device, address }: Listener,
  served: PortState['served'],
): boolean {
  if (device !== '') return served.some(({ name }) => name === device);
  return protocol === 'tcp' || address === '*' || served.some((lan) => lan.address === address);
}

/** iSCSI's port may be the kernel's own. */
function isOurs({ use }: Wanted, owners: Listener['owners'], own: number[]): boolean {
  if (use === 'iSCSI' && owners.length === 0) return true;
  return owners.some(({ pid }) => own.includes(pid));
}
