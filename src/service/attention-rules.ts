import type { TaskRow } from '../store/tasks.ts';
import { type BootStop, type BootStopCode, bootStopCodes } from './boot-stops.ts';
import type { CacheStatus } from './cache-watch.ts';
import type { PoolStatus } from './pool-status.ts';
import type { LatestReconcile } from './reconcile-memory.ts';

/** What needs an administrator; each has `attention.<code>.text` and `.remedy` in both languages. */
export const attentionCodes = [
  'pool-failed',
  'pool-read-only',
  'pool-full',
  'pool-refusing',
  'pool-warning',
  'pool-forecast',
  'storage-unreadable',
  'storage-lost',
  'storage-failed',
  'storage-unknown',
  'boot-files-missing',
  'boots-stopped',
  'tasks-failed',
  'cache-too-small',
  'thrift-refused',
  'kept-on-old',
  'backup-only-here',
  'unknown-hosts',
  'no-images',
  'no-entries',
  'no-hosts',
] as const;
export type AttentionCode = (typeof attentionCodes)[number];

/** One thing to look at. `data` fills its texts. */
export interface Attention {
  code: AttentionCode;
  level: 'error' | 'warn' | 'info';
  data: Record<string, string | number>;
  /** What it is about: hosts, tasks, addresses or files, by name. */
  subjects: string[];
}

/** What is known when somebody asks. */
export interface AttentionFacts {
  pool: PoolStatus;
  reconcile: LatestReconcile;
  /** Kinds of PCs that have none: BIOS, UEFI. */
  missingBootFiles: readonly string[];
  /** Hosts whose latest boot stopped a while ago, with why. */
  stopped: readonly ({ host: string } & BootStop)[];
  /** Of today. */
  failedTasks: readonly TaskRow[];
  cache: CacheStatus | undefined;
  /** Who was refused today and still would be. */
  refusedCallers: readonly string[];
  /** Hosts that keep what they wrote to a version that is not the published one. */
  keptOnOld: readonly string[];
  /** No backup left this machine of late, while there is something to lose. */
  isBackupOnlyHere: boolean;
  unknownMacs: readonly string[];
  /** How many there are. */
  counts: { images: number; entries: number; hosts: number };
}

/** Sooner is worth a warning before any limit is reached. */
const soonDays = 14;
/** Booted from its own disk, or waits for somebody: nothing is wrong. */
const harmlessStops: readonly BootStopCode[] = ['at-menu'];

const item = (
  code: AttentionCode,
  level: Attention['level'],
  subjects: readonly string[] = [],
  data: Attention['data'] = {},
): Attention => ({
  code,
  level,
  subjects: [...subjects],
  data: { count: subjects.length, names: subjects.slice(0, 5).join(', '), ...data },
});

/** What needs somebody now, the worst first. */
export function judgeAttention(facts: AttentionFacts): Attention[] {
  const some = (
    code: AttentionCode,
    level: Attention['level'],
    subjects: readonly string[],
    data?: Attention['data'],
  ) => (subjects.length === 0 ? [] : [item(code, level, subjects, data)]);

  const found = [
    ...poolAttention(facts.pool),
    ...reconcileAttention(facts.reconcile),
    ...some('boot-files-missing', 'error', facts.missingBootFiles),
    ...bootStopCodes
      .filter((code) => !harmlessStops.includes(code))
      .flatMap((code) => {
        const stopped = facts.stopped.filter((each) => each.code === code);
        const hosts = stopped.map(({ host }) => host);
        // What the text names differs little between them.
        return some('boots-stopped', 'warn', hosts, { ...stopped[0]?.data, stop: code });
      }),
    ...some(
      'tasks-failed',
      'warn',
      facts.failedTasks.map(({ kind, subject }) => subject || kind),
    ),
    ...(facts.cache?.isTooSmall
      ? [item('cache-too-small', 'warn', [], { percent: toPercent(facts.cache.hitRate) })]
      : []),
    ...some('thrift-refused', 'warn', facts.refusedCallers),
    ...some('kept-on-old', 'info', facts.keptOnOld),
    ...(facts.isBackupOnlyHere ? [item('backup-only-here', 'info')] : []),
    ...some('unknown-hosts', 'info', facts.unknownMacs),
    ...beginnings(facts.counts),
  ];
  const order = ['error', 'warn', 'info'];
  return found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

/** A new cafe's next steps: no PC boots before there is an image and an entry of it. */
function beginnings({ images, entries, hosts }: AttentionFacts['counts']): Attention[] {
  if (images === 0) return [item('no-images', 'info')];
  return [
    ...(entries === 0 ? [item('no-entries', 'info')] : []),
    ...(hosts === 0 ? [item('no-hosts', 'info')] : []),
  ];
}

const toPercent = (share: number | null) => Math.round((share ?? 0) * 100);

function poolAttention({ state, data, metadata }: PoolStatus): Attention[] {
  const fullest = metadata && metadata.percent > data.percent ? metadata : data;
  const space = fullest === data ? 'data' : 'metadata';
  const percent = Math.round(fullest.percent);
  const of = (code: AttentionCode, level: Attention['level']) =>
    item(code, level, [], { space, percent });
  switch (state) {
    case 'failed':
      return [of('pool-failed', 'error')];
    case 'read-only':
      return [of('pool-read-only', 'error')];
    case 'full':
      return [of('pool-full', 'error')];
    case 'refusing':
      return [of('pool-refusing', 'error')];
    case 'freeing':
    case 'warn':
      return [of('pool-warning', 'warn')];
    case 'ok': {
      const days = data.fullInDays;
      const isSoon = days !== null && days <= soonDays;
      return isSoon ? [item('pool-forecast', 'warn', [], { days: Math.ceil(days) })] : [];
    }
  }
}

function reconcileAttention({ steps, failure }: LatestReconcile): Attention[] {
  if (failure !== null) return [item('storage-unreadable', 'error', [], { reason: failure })];
  const subjectsOf = (wanted: (step: (typeof steps)[number]) => boolean) =>
    steps.filter(wanted).map(({ subject, detail }) => detail || subject);
  const lost = subjectsOf(({ action }) => action.startsWith('report-lost-'));
  const failed = subjectsOf(({ outcome }) => outcome === 'failed');
  const unknown = subjectsOf(({ action }) => action === 'report-unknown');
  return [
    ...(lost.length > 0 ? [item('storage-lost', 'error', lost)] : []),
    ...(failed.length > 0 ? [item('storage-failed', 'error', failed)] : []),
    ...(unknown.length > 0 ? [item('storage-unknown', 'info', unknown)] : []),
  ];
}
