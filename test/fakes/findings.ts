import type { Finding } from '../../src/servers/console/checkup.ts';

/** What the doctor finds on a server that is nearly ready. */
export const someFindings: readonly Finding[] = [
  { check: 'programs', verdict: 'ok', code: 'programs-there', data: { programs: 'qemu-img, lvm' } },
  { check: 'kernel', verdict: 'warn', code: 'kernel-tgt', data: {} },
  { check: 'pool', verdict: 'ok', code: 'pool-good', data: { data: 12, metadata: 3 } },
  {
    check: 'network cards',
    verdict: 'ok',
    code: 'nic-good',
    data: { name: 'eth0', speed: 1000, duplex: 'full', mtu: 1500 },
  },
  {
    check: 'ports',
    verdict: 'fail',
    code: 'port-taken',
    data: { use: 'TFTP', port: 'udp 69', by: 'dnsmasq (pid 812)' },
  },
  {
    check: 'dhcp',
    verdict: 'warn',
    code: 'dhcp-none',
    data: { lan: 'eth0 (192.168.1.2)', servers: '' },
  },
];
