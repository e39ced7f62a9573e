import { type Boot, type BootStage, bootStages } from '../../service/boot-history.ts';

/** A stage of a boot's line. Times in epoch milliseconds. */
export interface StageView {
  stage: BootStage;
  /** `next`: not reached yet, or never; `stopped`: the last one of a boot that went no further. */
  state: 'done' | 'now' | 'stopped' | 'next';
  at: number | null;
  /** Since the boot began. */
  afterMs: number | null;
  /** Until the stage after it; null for the last. */
  tookMs: number | null;
}

/** A boot as the host's page shows it. */
export interface BootView extends Omit<Boot, 'stages' | 'lastAt'> {
  line: StageView[];
  /** Of the stage that took longest: what the bars are measured by. */
  longestMs: number;
  /** The last stage that it reached. */
  reached: BootStage | null;
}

/** The stages of a boot in a line: those it reached, then those that it has before it. */
export function toBootView({ stages, lastAt: _, ...boot }: Boot): BootView {
  const last = stages.at(-1);
  const reached = stages.map(({ stage, at }, index): StageView => {
    const next = stages[index + 1];
    return {
      ...{ stage, at, afterMs: at - boot.startedAt, tookMs: next ? next.durationMs : null },
      state: next ? 'done' : stateOfLast(boot),
    };
  });
  const farthest = Math.max(-1, ...stages.map(({ stage }) => bootStages.indexOf(stage)));
  const ahead = bootStages
    .slice(farthest + 1)
    .map((stage): StageView => ({ stage, state: 'next', at: null, afterMs: null, tookMs: null }));
  return {
    ...boot,
    line: [...reached, ...ahead],
    longestMs: Math.max(1, ...reached.map(({ tookMs }) => tookMs ?? 0)),
    reached: last?.stage ?? null,
  };
}

function stateOfLast({ outcome, stop }: Pick<Boot, 'outcome' | 'stop'>): StageView['state'] {
  if (stop) return 'stopped';
  return outcome === 'booting' ? 'now' : 'done';
}
