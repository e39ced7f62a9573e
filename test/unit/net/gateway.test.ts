import { expect, test } from 'vitest';
import { parseGateways } from '../../../src/net/gateway.ts';

test('default routes of each interface, as the kernel writes them', () => {
  const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0101A8C0	0003	0	0	100	00000000	0	0	0
eth0	0001A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
ppp0	00000000	00000000	0001	0	0	0	00000000	0	0	0
`;
  expect([...parseGateways(text)]).toEqual([['eth0', '192.168.1.1']]);
  expect(parseGateways('').size).toBe(0);
});
