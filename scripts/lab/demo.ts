import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { type Appliance, startAppliance, type TimelineEvent } from './appliance.ts';
import { shortTarget } from './describe.ts';
import { type Lab, labNet, startLab } from './lab.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { osImage } from './os-image.ts';
import type { Pc } from './pc.ts';
import { type Accel, type Firmware, firmwareNames } from './qemu.ts';
import { settledWithin } from './run.ts';
import { failureLines, isGood, type Outcome, verdictLines } from './verdict.ts';

export interface DemoOptions {
  /** One PC each. */
  firmwares: readonly Firmware[];
  accel?: Accel;
  bootTimeoutMs: number;
  write: (line: string) => void;
}

/** Long enough to see that there is a menu. */
const menuTimeoutMs = 1000;
/** A terminal's Ctrl-C reaches the PCs' QEMUs as well, and maybe before us. */
const signalGraceMs = 300;

/**
 * Boots virtual PCs from power-on to a running OS on their own iSCSI disks, and shows it as it happens.
 * Returns whether all of them got there. Everything it made is gone afterwards, but for the OS image in the cache.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { write } = options;
  const image = await osImage(() =>
    write("Building the PCs' OS image from Debian packages (once, about a minute) ..."),
  );
  const lab = await startLab({
    ...(options.accel ? { accel: options.accel } : {}),
    onInterrupt: () => write('\nInterrupted; clearing everything away ...'),
  });
  try {
    return await bootAll(lab, image, options);
  } catch (error) {
    if (await isInterrupted(lab)) return false;
    throw error;
  } finally {
    await lab.close();
  }
}

async function isInterrupted(lab: Lab): Promise<boolean> {
  if (!lab.interrupted()) await sleep(signalGraceMs);
  return lab.interrupted();
}

async function bootAll(lab: Lab, image: string, options: DemoOptions): Promise<boolean> {
  const { write } = options;
  const pcs: Pc[] = [];
  for (const [index, firmware] of options.firmwares.entries()) {
    const number = String(index + 1).padStart(2, '0');
    pcs.push(await lab.addPc({ name: `pc-${number}`, firmware, mac: `52:54:00:ca:fe:${number}` }));
  }
  for (const line of plan(lab, pcs)) write(line);
  const appliance = await startAppliance(lab);
  await register(appliance, image, pcs, write);
  const view = createLiveView(pcs, write);
  const boots = followBoots(appliance, pcs, view);
  view.head();
  const outcomes = await Promise.all(boots.map((boot) => bootOne(lab, boot, view, options)));
  if (lab.interrupted()) return false;
  await Promise.all(outcomes.map(switchOff));
  await appliance.stop();
  for (const line of verdictLines(outcomes)) write(line);
  for (const line of failureLines(outcomes, appliance)) write(line);
  return outcomes.every(isGood);
}

/** The cafe, drawn. */
function plan(lab: Lab, pcs: readonly Pc[]): string[] {
  const { routerAddress, applianceAddress } = labNet;
  const nodes = [
    ['router', routerAddress, 'plain DHCP; knows nothing of booting'],
    ['cafeboot', applianceAddress, 'ProxyDHCP, TFTP, HTTP, iSCSI'],
    ...pcs.map(({ name, firmware, mac }) => [
      name,
      mac,
      `${firmwareNames[firmware]}, no disk; run by QEMU/${lab.accel}`,
    ]),
  ];
  const rows = nodes.map(([name = '', address = '', what = '']) =>
    `  ${name.padEnd(10)}${address.padEnd(19)}${what} `.padEnd(76, '─'),
  );
  return [
    'A cafe in network namespaces of its own; nothing of it is seen outside:',
    '',
    ...rows.map((row, index) => `${row}${cornerOf(index, rows.length)}`),
    '',
  ];
}

/** The cable on the right that joins the nodes. */
function cornerOf(index: number, count: number): string {
  if (index === 0) return '┐';
  return index === count - 1 ? '┘' : '┤';
}

async function register(
  appliance: Appliance,
  image: string,
  pcs: readonly Pc[],
  write: (line: string) => void,
): Promise<void> {
  const commands = [
    ['image', 'import', '--name', 'debian12', '--kind', 'os', '--file', image, '--wait'],
    ['entry', 'add', '--name', 'debian', '--os', 'debian12'],
    ['setting', 'set', 'menuTimeoutMs', String(menuTimeoutMs)],
    // QEMU's BIOS PCs have an iPXE in their NIC's ROM; so it does what a plain ROM does, and loads ours.
    ['setting', 'set', 'rechain', 'always'],
    ...pcs.map((pc) => ['host', 'add', '--name', pc.name, '--mac', pc.mac, '--entry', 'debian']),
  ];
  for (const command of commands) {
    write(`${styleText('dim', '$')} cafeboot ${command.join(' ')}`);
    await appliance.cli(...command);
  }
}

/** A PC's boot as the appliance tells it. */
interface Boot {
  pc: Pc;
  events: TimelineEvent[];
  /** Resolves when the appliance heard from the OS. */
  reported: Promise<void>;
}

/** Shows and keeps every event of these PCs from now on. */
function followBoots(appliance: Appliance, pcs: readonly Pc[], view: LiveView): Boot[] {
  const boots = pcs.map((pc) => ({ pc, events: [] as TimelineEvent[], report: defer() }));
  appliance.follow((event) => {
    view.event(event);
    const boot = boots.find(({ pc }) => pc.mac === event.mac);
    boot?.events.push(event);
    if (event.kind === 'boot.os') boot?.report.resolve();
  });
  return boots.map(({ report, ...boot }) => ({ ...boot, reported: report.promise }));
}

const defer = () => Promise.withResolvers<void>();

async function bootOne(
  lab: Lab,
  { pc, events, reported }: Boot,
  view: LiveView,
  { bootTimeoutMs }: DemoOptions,
): Promise<Outcome> {
  pc.powerOn();
  view.pc(pc, 0, 'power', `on, ${firmwareNames[pc.firmware]}`);
  try {
    const up = await pc.console.up(bootTimeoutMs);
    view.pc(
      pc,
      up.atMs,
      'screen',
      `root is ${up.root}, LUN ${up.lun} of ${shortTarget(up.target)}`,
    );
    if (up.mac !== pc.mac) throw new Error(`it booted as ${up.mac}`);
    if (!up.target.includes(pc.mac.replaceAll(':', ''))) {
      throw new Error(`its root disk is ${up.target}, which is not its own`);
    }
    if (!(await pc.console.reported(30_000))) throw new Error('its report was not accepted');
    if (!(await settledWithin(reported, 10_000))) throw new Error('the timeline has no boot.os');
    return { pc, events, up };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    if (!(await isInterrupted(lab))) {
      view.pc(pc, Date.now() - pc.poweredOnAt(), 'FAILED', problem.split('\n')[0] ?? '');
    }
    return { pc, events, problem };
  }
}

/** A PC without its OS can only be unplugged. */
async function switchOff(outcome: Outcome): Promise<void> {
  const { pc } = outcome;
  if (!isGood(outcome)) return pc.powerOff();
  pc.console.powerOff();
  await pc.waitForOff(20_000).catch(() => pc.powerOff());
}
