import type { BootStage } from './boot-history.ts';
import type { TimelineEvent } from './timeline.ts';

/** Where boots end, and each usually means something: a text under `bootStop.<code>` says what to do. */
export const bootStopCodes = [
  'no-file',
  'file-failed',
  'ipxe-silent',
  'no-script',
  'at-menu',
  'wrong-address',
  'no-disk',
  'no-login',
  'os-lost',
] as const;
export type BootStopCode = (typeof bootStopCodes)[number];

/** Why a boot went no further; `data` fills its text. */
export interface BootStop {
  code: BootStopCode;
  data: Record<string, string>;
}

export interface StopFacts {
  events: readonly TimelineEvent[];
  has: (stage: BootStage) => boolean;
  /** Nothing was heard of it for a while. */
  isOver: boolean;
}

/** An OS that loses its disk so soon never came up. */
const upMs = 180_000;

const textOf = (value: unknown): string => String(value ?? '');

/** Undefined where it goes on, or has got to its disk. */
export function bootStop({ events, has, isOver }: StopFacts): BootStop | undefined {
  const last = (kind: string) => events.findLast((event) => event.kind === kind);
  const disk = last('boot.disk');
  const gone = last('boot.disk-gone');
  if (disk) {
    const isLost = gone !== undefined && gone.at - disk.at < upMs;
    return isLost ? stop('os-lost', { address: disk.data.address }) : undefined;
  }
  const failed = last('boot.failed');
  if (failed) return stop('no-disk', { entry: failed.data.entry, code: failed.data.code });
  const refused = last('boot.refused');
  if (refused) return stop('wrong-address', { address: refused.data.address });
  if (!isOver) return undefined;
  const script = events.findLast(
    ({ kind, data }) => kind === 'boot.script' && data.script !== 'menu',
  );
  // A tool may need no disk.
  if (script?.data.script === 'tool') return undefined;
  if (script) return stop('no-login', { entry: script.data.entry });
  if (has('menu')) return stop('at-menu', {});
  if (has('ipxe')) return stop('no-script', {});
  const transfer = last('boot.tftp') ?? last('boot.http');
  if (has('file')) return stop('ipxe-silent', { file: transfer?.data.file });
  if (transfer) {
    return stop('file-failed', { file: transfer.data.file, outcome: transfer.data.outcome });
  }
  return stop('no-file', { file: last('boot.dhcp')?.data.file });
}

const stop = (code: BootStopCode, data: Record<string, unknown>): BootStop => ({
  code,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, textOf(value)])),
});
