import type { Config } from '../config.ts';
import type { Check, Finding } from './check.ts';

/** Who listens where, of one line of `ss`. */
export interface Listener {
  protocol: 'tcp' | 'udp' | 'unix';
  /** Of unix sockets their path. */
  port: string;
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
      return [{ protocol: kind, port: local.slice(local.lastIndexOf(':') + 1), owners }];
    }
    return kind === 'u_str' ? [{ protocol: 'unix', port: local, owners }] : [];
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
    tcp('Thrift', config.thriftPort),
    tcp('Thrift TLS', config.thriftTlsPort),
    tcp('iSCSI', config.iscsiPort),
  ].filter(({ port }) => port > 0);
}

/** Whether our ports are ours, or free where no server of ours runs. */
export const ports: Check = {
  name: 'ports',
  async run({ config, isServing, run }) {
    const { stdout } = await run('ss', ['-H', '-l', '-n', '-t', '-u', '-x', '-p']);
    return judgePorts(wantedPorts(config), parseListeners(stdout), {
      isServing,
      socketPath: `${config.dataDir}/run/cafeboot.sock`,
    });
  },
};

export function judgePorts(
  wanted: Wanted[],
  listeners: Listener[],
  { isServing, socketPath }: { isServing: boolean; socketPath: string },
): Finding[] {
  const own = listeners
    .filter(({ protocol, port }) => protocol === 'unix' && port === socketPath)
    .flatMap(({ owners }) => owners.map(({ pid }) => pid));
  const taken = wanted.flatMap((each) =>
    listeners
      .filter(({ protocol, port }) => protocol === each.protocol && Number(port) === each.port)
      .filter(({ owners }) => !isOurs(each, owners, own))
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

/** iSCSI's port is the kernel's own, or tgtd's, which outlives us. */
function isOurs({ use }: Wanted, owners: Listener['owners'], own: number[]): boolean {
  if (use === 'iSCSI' && owners.every(({ name }) => name === 'tgtd')) return true;
  return owners.some(({ pid }) => own.includes(pid));
}
