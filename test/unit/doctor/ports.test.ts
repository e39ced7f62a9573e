import { expect, test } from 'vitest';
import { judgePorts, parseListeners } from '../../../src/doctor/ports.ts';

/** As `ss -H -l -n -t -u -x -p` of Debian 12 prints it. */
const printed = `
u_str LISTEN 0      511    /data/run/cafeboot.sock 1190 * 0    users:(("cafeboot",pid=77,fd=21))
udp   UNCONN 0      0      0.0.0.0:67        0.0.0.0:*    users:(("dnsmasq",pid=1234,fd=4))
udp   UNCONN 0      0      0.0.0.0%eth0:4011 0.0.0.0:*    users:(("cafeboot",pid=77,fd=22))
tcp   LISTEN 0      511    *:8080            *:*          users:(("nginx",pid=9,fd=6),("nginx",pid=8,fd=6))
tcp   LISTEN 0      256    0.0.0.0:3260      0.0.0.0:*
tcp   LISTEN 0      256    [::]:13260        [::]:*
`;
const listeners = parseListeners(printed);
const state = {
  socketPath: '/data/run/cafeboot.sock',
  served: [{ name: 'eth0', address: '10.0.0.1' }],
  ownTgtds: [] as number[],
};
const udp = (use: string, port: number) => ({ use, protocol: 'udp' as const, port });
const tcp = (use: string, port: number) => ({ use, protocol: 'tcp' as const, port });
const wanted = [udp('DHCP', 67), udp('PXE', 4011), tcp('HTTP', 8080), tcp('iSCSI', 3260)];

test('who has our ports is named; ours and the kernel`s iSCSI are not', () => {
  expect(judgePorts(wanted, listeners, { isServing: true, ...state })).toEqual([
    {
      ...{ verdict: 'fail', code: 'port-taken' },
      data: { use: 'DHCP', port: 'udp 67', by: 'dnsmasq (pid 1234)' },
    },
    {
      ...{ verdict: 'fail', code: 'port-taken' },
      data: { use: 'HTTP', port: 'tcp 8080', by: 'nginx (pid 9)' },
    },
  ]);
});

test('ports that are ours, and ports that are free', () => {
  const ours = wanted.filter(({ port }) => port === 4011 || port === 3260);
  const serving = judgePorts(ours, listeners, { isServing: true, ...state });
  expect(serving).toMatchObject([{ verdict: 'ok', code: 'ports-ours' }]);
  const idle = judgePorts([udp('TFTP', 69)], listeners, { isServing: false, ...state });
  expect(idle).toEqual([{ verdict: 'ok', code: 'ports-free', data: { ports: 'udp 69' } }]);
});

test('another program on the iSCSI port is no target server of ours', () => {
  const [other] = judgePorts(
    [tcp('iSCSI', 3260)],
    parseListeners('tcp LISTEN 0 5 0.0.0.0:3260 0.0.0.0:* users:(("istgt",pid=5,fd=3))'),
    { isServing: true, ...state },
  );
  expect(other).toMatchObject({ code: 'port-taken', data: { by: 'istgt (pid 5)' } });
});

test("a virtual network's own DHCP, and one on another address, are in nobody's way", () => {
  const others = parseListeners(
    [
      'udp UNCONN 0 0 0.0.0.0%virbr0:67 0.0.0.0:* users:(("dnsmasq",pid=812,fd=3))',
      'udp UNCONN 0 0 127.0.0.1:69 0.0.0.0:* users:(("in.tftpd",pid=7,fd=3))',
      'udp UNCONN 0 0 10.0.0.1:4011 0.0.0.0:* users:(("pixiecore",pid=9,fd=3))',
    ].join('\n'),
  );
  const udps = [udp('DHCP', 67), udp('TFTP', 69), udp('PXE', 4011)];
  expect(judgePorts(udps, others, { isServing: false, ...state })).toMatchObject([
    { code: 'port-taken', data: { port: 'udp 4011', by: 'pixiecore (pid 9)' } },
  ]);
});

test("the tgtd that we started is ours, the system's own is not", () => {
  const line = 'tcp LISTEN 0 256 0.0.0.0:3260 0.0.0.0:* users:(("tgtd",pid=60,fd=6))';
  const judge = (ownTgtds: number[]) =>
    judgePorts([tcp('iSCSI', 3260)], parseListeners(line), { ...state, ownTgtds, isServing: true });
  expect(judge([60])).toMatchObject([{ code: 'ports-ours' }]);
  expect(judge([])).toMatchObject([{ code: 'port-taken', data: { by: 'tgtd (pid 60)' } }]);
});
