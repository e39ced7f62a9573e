import type { Logger } from 'pino';
import type { EventFilter, EventRow } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import type { Counters } from './counters.ts';
import { createLateWrite } from './late-write.ts';

/** What happened, before it has a time and an id. `data` is what the kind's text is filled with. */
export interface NewEvent {
  kind: EventKind;
  level?: EventRow['level'];
  mac?: string | undefined;
  data?: Record<string, string | number | boolean | null>;
}

/** Each has a text in both languages under `event.<kind>`. */
export const eventKinds = [
  'backup.failed',
  'backup.fetched',
  'backup.made',
  'backup.restored',
  'boot.dhcp',
  'boot.tftp',
  'boot.http',
  'boot.script',
  'boot.refused',
  'boot.disk',
  'boot.disk-gone',
  'boot.os',
  'boot.failed',
  'boot.answer',
  'firmware.file-failed',
  'firmware.offer-failed',
  'firmware.stuck',
  'firmware.worked',
  'host.unknown',
  'host.added',
  'host.changed',
  'host.imported',
  'host.removed',
  'host.reset',
  'host.secret-renewed',
  'host.capture-set',
  'host.capture-ended',
  'host.next-entry-used',
  'host.next-tool-used',
  'image.added',
  'image.removed',
  'image.published',
  'image.rolled-back',
  'image.version-removed',
  'image.draft-discarded',
  'image.grown',
  'image.exported',
  'entry.added',
  'entry.changed',
  'entry.removed',
  'entry.reordered',
  'lease.exhausted',
  'lease.declined',
  'lease.forgotten',
  'setting.changed',
  'task.done',
  'task.failed',
  'overlay.failed',
  'target.refused',
  'target.unknown',
  'storage.reconciled',
  'storage.overlay-lost',
  'storage.volume-unknown',
  'storage.version-lost',
  'storage.draft-lost',
  'storage.failed',
  'storage.cache-too-small',
  'storage.disk-ready',
  'pool.warning',
  'pool.refusing',
  'pool.recovered',
  'pool.full',
  'pool.read-only',
  'pool.failed',
  'pool.overlays-freed',
  'pool.version-freed',
  'pool.grown',
  'pool.step-failed',
  'pool.stuck',
  'power.switched',
  'power.failed',
  'thrift.refused',
  'server.started',
  'server.stopped',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** An event as it is stored and sent. */
export type TimelineEvent = EventRow;
export type { EventFilter } from '../store/events.ts';
export type EventListener = (event: TimelineEvent) => void;

export interface TimelineDeps {
  store: Store;
  counters: Counters;
  log: Logger;
  now: () => number;
}

export type Timeline = ReturnType<typeof createTimeline>;

/** Events are stored in batches: a hall switched on at once must not cost a disk flush a packet. */
const flushAfterMs = 100;
/** Events waiting for the next flush; more than this is a flood, counted and dropped. */
const pendingLimit = 5_000;
const keptEvents = 1_000_000;
/** Old events go after so many new ones, so that a flood cannot fill the disk until the next prune. */
const pruneEvery = 20_000;

/** The history of everything, in order of time, to read and to follow. */
export function createTimeline({ store, counters, log, now }: TimelineDeps) {
  const listeners = new Set<EventListener>();
  let pending: Omit<EventRow, 'id'>[] = [];
  let sincePrune = 0;
  const written = createLateWrite(log, { what: 'events', afterMs: flushAfterMs, write: flush });

  function flush(): void {
    const batch = pending;
    pending = [];
    if (batch.length === 0) return;
    const ids = store.events.add(batch);
    sincePrune += batch.length;
    if (sincePrune >= pruneEvery) {
      sincePrune = 0;
      store.events.prune(0, keptEvents);
    }
    for (const [index, event] of batch.entries()) {
      for (const listener of listeners) listener({ ...event, id: ids[index] ?? 0 });
    }
  }

  return {
    record({ kind, level = 'info', mac, data = {} }: NewEvent): void {
      if (pending.length >= pendingLimit) {
        counters.add('events.dropped');
        return;
      }
      pending.push({ at: now(), kind, level, mac: mac ?? null, data });
      written.soon();
    },
    list(filter: EventFilter): EventRow[] {
      written.now();
      return store.events.list(filter);
    },
    /** Calls `listener` for each event from now on; returns the way to stop. */
    follow(listener: EventListener): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    prune: (keptDays: number) => store.events.prune(now() - keptDays * 86_400_000, keptEvents),
    /** Writes what is pending. */
    close: written.now,
  };
}
