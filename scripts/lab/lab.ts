import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ApiCall, socketApi } from '../../src/cli/client.ts';
import { bundle } from '../bundle.ts';
import { findAccel } from './accel.ts';
import { type Netns, openNetns } from './netns.ts';
import { createPc, type Pc, type PcSpec } from './pc.ts';
import type { Place } from './place.ts';
import type { Accel } from './qemu.ts';
import { type Router, startRouter } from './router.ts';

/** The lab's addresses; they exist inside its namespaces only. */
export const labNet = {
  bridge: 'br0',
  applianceAddress: '10.77.0.1',
  routerAddress: '10.77.0.254',
  firstLease: '10.77.0.100',
  lastLease: '10.77.0.200',
} as const;

/**
 * A cafe in a box:
 *
 *     appliance's namespace                    router's namespace
 *     br0 10.77.0.1/24 ---- router ===veth=== eth0 10.77.0.254/24
 *       +-- tap1 -- PC                          dnsmasq: DHCP, no PXE
 *       +-- tap2 -- PC
 */
export interface Lab {
  /** Where the bridge and the PCs' taps are. */
  readonly appliance: Netns;
  /** Where the appliance under test runs: in that namespace, or in a VM plugged into it. */
  readonly server: LabServer;
  readonly router: Router;
  readonly accel: Accel;
  /** Scratch directory on a real file system, removed by `close`. */
  readonly dir: string;
  addPc(spec: PcSpec): Promise<Pc>;
  /** SIGINT or SIGTERM came: what fails from now on fails because the lab is being undone. */
  interrupted(): boolean;
  /** Switches every PC off, ends every process in the namespaces and removes `dir`. */
  close(): Promise<void>;
}

/** The machine that the appliance runs on: a namespace, or a VM. */
export interface LabServer extends Place {
  /** Its interface on the lab's network. */
  readonly interfaceName: string;
  /** A data directory for the appliance, on a real file system. */
  readonly dataDir: string;
  /** Calls the API of the appliance that listens on this unix socket there. */
  api(socketPath: string): ApiCall;
}

export interface LabOptions {
  /** Default: KVM where it works. */
  accel?: Accel;
  /** Called at SIGINT or SIGTERM, before the lab is undone and the process ends. */
  onInterrupt?: () => void;
}

/** Builds the lab. Needs root. It is undone on SIGINT and SIGTERM too; several can run at once. */
export function startLab(options: LabOptions = {}): Promise<Lab> {
  return undoable(options, async (undo) => {
    const lab = await buildLab(options, undo);
    const { bridge, applianceAddress } = labNet;
    await lab.appliance.run(['ip', 'address', 'add', `${applianceAddress}/24`, 'dev', bridge]);
    const { appliance, dir } = lab;
    const dataDir = join(dir, 'data');
    const { run, start } = appliance;
    return { ...lab, server: { run, start, interfaceName: bridge, dataDir, api: socketApi } };
  });
}

/** What `build` leaves for `close` to do, the last first. */
export type Undo = (() => Promise<void>)[];

/** Builds something that is undone by `close`, by a signal, and where building it fails. */
export async function undoable<Built>(
  options: LabOptions,
  build: (undo: Undo) => Promise<Built>,
): Promise<Built & Pick<Lab, 'interrupted' | 'close'>> {
  const undo: Undo = [];
  let interrupted = false;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      for (const step of undo.reverse()) await step();
      // Last: a second signal (npm forwards the terminal's) must not end us half-way.
      for (const signal of signals) process.removeListener(signal, onSignal);
    })();
    return closing;
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (!interrupted) options.onInterrupt?.();
    interrupted = true;
    void close().finally(() => process.kill(process.pid, signal));
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return { ...(await build(undo)), interrupted: () => interrupted, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const;

/** The namespaces, the router and the PCs' places; nobody has the appliance's address yet. */
export async function buildLab(
  options: LabOptions,
  undo: Undo,
): Promise<Pick<Lab, 'appliance' | 'router' | 'accel' | 'dir' | 'addPc'>> {
  // Before a VM opens it: its share of our files may not see a change.
  await bundle();
  const accel = options.accel ?? (await findAccel());
  // Not under /tmp: it may be a tmpfs, too small for disks and without O_DIRECT.
  const dir = await mkdtemp(join('/var/tmp', 'cafeboot-lab-'));
  // The namespace's end removes it; this is for when there is none.
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const appliance = await openNetns(dir);
  undo.push(() => appliance.close());
  const routerNetns = await openNetns();
  undo.push(() => routerNetns.close());
  await connect(appliance, routerNetns);
  const router = await startRouter({
    netns: routerNetns,
    interfaceName: 'eth0',
    firstAddress: labNet.firstLease,
    lastAddress: labNet.lastLease,
    dir,
  });
  let taps = 0;
  return {
    appliance,
    router,
    accel,
    dir,
    async addPc(spec) {
      taps += 1;
      const tap = `tap${taps}`;
      await addTap(appliance, tap);
      return createPc(spec, { netns: appliance, tap, dir, accel });
    },
  };
}

/** A socket of the bridge for a virtual machine's network card. */
export async function addTap(
  netns: Netns,
  tap: string,
  bridge: string = labNet.bridge,
): Promise<void> {
  await netns.run(['ip', 'tuntap', 'add', 'dev', tap, 'mode', 'tap']);
  await netns.run(['ip', 'link', 'set', tap, 'master', bridge, 'up']);
}

async function connect(appliance: Netns, router: Netns): Promise<void> {
  const { bridge, routerAddress } = labNet;
  await appliance.run(['ip', '-batch', '-'], {
    // Spanning tree off and no forward delay: a port passes frames as soon as its PC is on.
    input: `link add ${bridge} type bridge stp_state 0 forward_delay 0
link add router type veth peer name eth0 netns ${router.pid}
link set router master ${bridge} up
link set ${bridge} up
`,
  });
  await router.run(['ip', '-batch', '-'], {
    input: `address add ${routerAddress}/24 dev eth0
address add fd77::1/64 dev eth0 nodad
link set eth0 up
`,
  });
}
