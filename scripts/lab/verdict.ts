import { styleText } from 'node:util';
import type { Appliance, TimelineEvent } from './appliance.ts';
import type { Pc } from './pc.ts';
import type { PcUp } from './pc-console.ts';
import { firmwareNames } from './qemu.ts';

/** How a PC's boot ended; `problem` where it did not get to its OS. */
export interface Outcome {
  pc: Pc;
  /** What the timeline had of this boot. */
  events: readonly TimelineEvent[];
  up?: PcUp;
  problem?: string;
}

export const isGood = ({ problem }: Outcome): boolean => problem === undefined;

/** Stages in the order of a boot, and the first event that shows that a PC got there. */
const milestones = [
  ['DHCP', ({ kind }: TimelineEvent) => kind === 'boot.dhcp'],
  ['iPXE', ({ kind }: TimelineEvent) => kind === 'boot.tftp' || kind === 'boot.http'],
  ['script', ({ kind }: TimelineEvent) => kind === 'boot.script'],
  ['disk', ({ kind }: TimelineEvent) => kind === 'boot.disk'],
  ['OS', ({ kind }: TimelineEvent) => kind === 'boot.os'],
] as const;

const columnWidth = 9;

/** A line per PC: the seconds from power-on to each stage, and the disk it runs from or what went wrong. */
export function verdictLines(outcomes: readonly Outcome[]): string[] {
  const head = ['PC'.padEnd(16), ...milestones.map(([stage]) => stage.padStart(columnWidth))];
  const good = outcomes.filter(isGood).length;
  const color = good === outcomes.length ? 'green' : 'red';
  const sum = `${good} of ${outcomes.length} PCs went from power-on to a running OS on a disk of their own.`;
  return [
    '',
    styleText('dim', `        ${head.join('')}   root disk`),
    ...outcomes.map(outcomeLine),
    '',
    styleText(['bold', color], sum),
  ];
}

function outcomeLine(outcome: Outcome): string {
  const { pc, up, problem, events } = outcome;
  const mark = isGood(outcome) ? styleText('green', 'ok    ') : styleText('red', 'FAILED');
  const times = milestones.map(([, isIt]) => {
    const event = events.find(isIt);
    return (event ? seconds(event.at - pc.poweredOnAt()) : '-').padStart(columnWidth);
  });
  const end = up && isGood(outcome) ? `LUN ${up.lun} of ${up.target}` : firstLine(problem ?? '');
  return `${mark}  ${`${pc.name} ${firmwareNames[pc.firmware]}`.padEnd(16)}${times.join('')}   ${end}`;
}

/** For each PC that failed the end of its serial port, and the end of cafeboot's log. */
export function failureLines(outcomes: readonly Outcome[], appliance: Appliance): string[] {
  const failed = outcomes.filter((outcome) => !isGood(outcome));
  if (failed.length === 0) return [];
  return [
    ...failed.flatMap(({ pc }) => [
      `\n${pc.name}'s serial port:`,
      ...pc.serial
        .lines()
        .slice(-40)
        .map(({ atMs, text }) => `  ${seconds(atMs).padStart(8)}  ${text}`),
    ]),
    '\nThe log of cafeboot:',
    ...appliance
      .log()
      .slice(-40)
      .map((line) => `  ${line}`),
  ];
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';
