import { styleText } from 'node:util';
import type { TimelineEvent } from './appliance.ts';
import { describe } from './describe.ts';
import type { Pc } from './pc.ts';

/** The demo's live output: a line per event, with the time since its PC was switched on. */
export interface LiveView {
  head(): void;
  event(event: TimelineEvent): void;
  /** A line about a PC that is not from the appliance, at `atMs` since its power-on. */
  pc(pc: Pc, atMs: number, stage: string, text: string): void;
}

const colors = ['cyan', 'magenta', 'yellow', 'blue'] as const;

export function createLiveView(pcs: readonly Pc[], write: (line: string) => void): LiveView {
  const lastMs = new Map<string, number>();

  function pcLine(pc: Pc, atMs: number, stage: string, text: string, isWarning = false): void {
    const last = lastMs.get(pc.mac) ?? 0;
    lastMs.set(pc.mac, Math.max(atMs, last));
    const color = colors[pcs.indexOf(pc) % colors.length] ?? 'cyan';
    const stageStyle = stage === 'FAILED' ? 'red' : 'bold';
    write(
      [
        `${(atMs / 1000).toFixed(1).padStart(7)} s`,
        styleText('dim', `+${Math.max((atMs - last) / 1000, 0).toFixed(1)}`.padStart(6)),
        '',
        styleText(color, pc.name),
        styleText(stageStyle, stage.padEnd(8)),
        isWarning ? styleText('yellow', text) : text,
      ].join(' '),
    );
  }

  return {
    head: () => write(styleText('dim', '\n power-on  delta  PC    stage    what happens')),
    pc: pcLine,
    event(event) {
      const pc = pcs.find(({ mac }) => mac === event.mac);
      const description = describe(event);
      if (!pc || !description) return;
      const { stage, text } = description;
      pcLine(pc, event.at - pc.poweredOnAt(), stage, text, event.level !== 'info');
    },
  };
}
