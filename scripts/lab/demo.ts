import { join } from 'node:path';
import { styleText } from 'node:util';
import { type Appliance, startAppliance, type TimelineEvent } from './appliance.ts';
import { type Lab, startLab } from './lab.ts';
import { createLiveView, type LiveView } from './live-view.ts';
import { osImage } from './os-image.ts';
import type { Pc } from './pc.ts';
import type { PcUp } from './pc-console.ts';
import type { Accel, Firmware } from './qemu.ts';
import { settledWithin } from './run.ts';

export interface DemoOptions {
  /** One PC each. */
  firmwares: readonly Firmware[];
  accel?: Accel;
  bootTimeoutMs: number;
  write: (line: string) => void;
}

interface Outcome {
  pc: Pc;
  up?: PcUp;
  problem?: string;
}

/**
 * Boots virtual PCs from power-on to a running OS on their own iSCSI disks, and shows it as it happens.
 * Returns whether all of them got there. Everything it made is gone afterwards, but for the OS image in the cache.
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { write } = options;
  const image = await osImage(() =>
    write("Building the PCs' OS image from Debian packages (once, about a minute) ..."),
  );
  const lab = await startLab(options.accel ? { accel: options.accel } : {});
  try {
    return await bootAll(lab, image, options);
  } finally {
    await lab.close();
  }
}

async function bootAll(lab: Lab, image: string, options: DemoOptions): Promise<boolean> {
  const { write } = options;
  write(
    `A cafe in network namespaces: appliance 10.77.0.1, a plain DHCP router 10.77.0.254, PCs run by ${lab.accel}.`,
  );
  const pcs: Pc[] = [];
  for (const [index, firmware] of options.firmwares.entries()) {
    const number = String(index + 1).padStart(2, '0');
    pcs.push(await lab.addPc({ name: `pc-${number}`, firmware, mac: `52:54:00:ca:fe:${number}` }));
  }
  const appliance = await startAppliance(lab, { dataDir: join(lab.dir, 'data') });
  await register(appliance, image, pcs, write);
  const view = createLiveView(pcs, write);
  const reports = followBoots(appliance, pcs, view);
  write(`\n${styleText('dim', ' since on  delta PC       stage       what')}`);
  const outcomes = await Promise.all(
    pcs.map((pc) => bootOne(pc, reports, view, options.bootTimeoutMs)),
  );
  await Promise.all(pcs.filter((pc) => pc.isOn()).map(shutDown));
  await appliance.stop();
  writeVerdict(outcomes, write);
  const good = outcomes.every(({ problem }) => problem === undefined);
  if (!good) writeEvidence(outcomes, appliance, write);
  return good;
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
    ...pcs.map((pc) => ['host', 'add', '--name', pc.name, '--mac', pc.mac, '--entry', 'debian']),
  ];
  for (const command of commands) {
    write(styleText('dim', `$ cafeboot ${command.join(' ')}`));
    await appliance.cli(...command);
  }
}

/** By MAC. */
type Reports = Map<string, PromiseWithResolvers<void>>;

/** Shows every event; each PC's promise settles when the appliance hears that its OS is up. */
function followBoots(appliance: Appliance, pcs: readonly Pc[], view: LiveView): Reports {
  const reports: Reports = new Map(pcs.map(({ mac }) => [mac, Promise.withResolvers<void>()]));
  appliance.follow((event: TimelineEvent) => {
    view.event(event);
    if (event.kind === 'boot.os' && event.mac) reports.get(event.mac)?.resolve();
  });
  return reports;
}

async function bootOne(
  pc: Pc,
  reports: Reports,
  view: LiveView,
  timeoutMs: number,
): Promise<Outcome> {
  pc.powerOn();
  view.pc(pc, 0, 'power on', pc.firmware);
  try {
    const up = await pc.console.up(timeoutMs);
    view.pc(pc, up.atMs, 'console', `${up.root} on ${up.target}, LUN ${up.lun}, ${up.address}`);
    if (up.mac !== pc.mac) throw new Error(`it booted as ${up.mac}`);
    if (!up.target.includes(pc.mac.replaceAll(':', ''))) {
      throw new Error(`its root disk is ${up.target}, which is not its own`);
    }
    if (!(await pc.console.reported(30_000))) throw new Error('its report was not accepted');
    const report = reports.get(pc.mac)?.promise ?? Promise.reject(new Error('not followed'));
    if (!(await settledWithin(report, 10_000))) throw new Error('the timeline has no boot.os');
    return { pc, up };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    view.pc(pc, Date.now() - pc.poweredOnAt(), 'FAILED', problem.split('\n')[0] ?? '');
    return { pc, problem };
  }
}

async function shutDown(pc: Pc): Promise<void> {
  pc.console.powerOff();
  await pc.waitForOff(20_000).catch(() => pc.powerOff());
}

function writeVerdict(outcomes: readonly Outcome[], write: (line: string) => void): void {
  write('');
  for (const { pc, up, problem } of outcomes) {
    const who = `${pc.name} (${pc.firmware}, ${pc.mac})`;
    if (problem === undefined && up) {
      const seconds = (up.atMs / 1000).toFixed(1);
      write(
        `${styleText('green', 'ok    ')} ${who}: power-on to a running OS in ${seconds} s, root on ${up.target}`,
      );
    } else {
      write(`${styleText('red', 'FAILED')} ${who}: ${problem?.split('\n')[0]}`);
    }
  }
  const good = outcomes.filter(({ problem }) => problem === undefined).length;
  write(`\n${good} of ${outcomes.length} PCs booted.`);
}

function writeEvidence(
  outcomes: readonly Outcome[],
  appliance: Appliance,
  write: (line: string) => void,
): void {
  for (const { pc, problem } of outcomes) {
    if (problem === undefined) continue;
    write(`\n${pc.name}'s serial port:`);
    for (const { atMs, text } of pc.serial.lines().slice(-40)) write(`  ${atMs} ms  ${text}`);
  }
  write('\nThe log of cafeboot:');
  for (const line of appliance.log().slice(-40)) write(`  ${line}`);
}
