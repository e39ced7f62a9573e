import { addTap, type Lab, labNet } from './lab.ts';
import { createPc, type Pc, type PcSpec } from './pc.ts';

/** The second LAN's addresses; they exist inside the lab's namespaces only. */
export const farNet = {
  bridge: 'far0',
  subnet: '10.78.0.0/24',
  routerAddress: '10.78.0.254',
  firstLease: '10.78.0.100',
  lastLease: '10.78.0.200',
} as const;

/** A LAN behind the router, which relays its DHCP to the appliance. */
export interface FarLan {
  addPc(spec: PcSpec): Promise<Pc>;
}

/**
 * Adds it to a lab:
 *
 *     appliance's namespace                 router's namespace
 *     br0 10.77.0.1/24 ======veth====== eth0 10.77.0.254/24
 *                                       dhcrelay, forwarding
 *                                       far0 10.78.0.254/24
 *                                         +-- far1 -- PC
 */
export async function addFarLan({ appliance, router, dir, accel }: Lab): Promise<FarLan> {
  const { netns } = router;
  const { bridge, subnet, routerAddress } = farNet;
  await netns.run(['ip', '-batch', '-'], {
    input: `link add ${bridge} type bridge stp_state 0 forward_delay 0
address add ${routerAddress}/24 dev ${bridge}
link set ${bridge} up
`,
  });
  await netns.run(['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await appliance.run(['ip', 'route', 'add', subnet, 'via', labNet.routerAddress]);
  const listening = Promise.withResolvers<void>();
  const relay = netns.start(
    ['dhcrelay', '-4', '-d', '-a', '-id', bridge, '-iu', 'eth0', labNet.applianceAddress],
    { onStderr: (line) => line.includes('Socket/fallback') && listening.resolve() },
  );
  void relay.exited.then(() => listening.reject(new Error('dhcrelay ended')));
  await listening.promise;
  let taps = 0;
  return {
    async addPc(spec) {
      taps += 1;
      const tap = `far${taps}`;
      await addTap(netns, tap, bridge);
      return createPc(spec, { netns, tap, dir, accel });
    },
  };
}
