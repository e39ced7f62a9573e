import type { Logger } from 'pino';
import type { Session } from '../storage/targets.ts';
import type { Timeline } from './timeline.ts';

export interface SessionWatchDeps {
  sessions: () => Promise<Session[]>;
  /** Told what each look has found: who else wants to know does not ask again. */
  onLook?: (sessions: readonly Session[]) => void;
  timeline: Timeline;
  log: Logger;
  now: () => number;
}

/** Told what sessions there are, and when that was. */
export type SessionListener = (sessions: readonly Session[], at: number) => void;

export type SessionWatch = ReturnType<typeof createSessionWatch>;

/** While a PC is expected to log in, its boot is watched closely; otherwise now and then. */
const busyMs = 500;
const idleMs = 5_000;
/** A PC that has not logged in by now will not; its timeline ends at the script. */
const expectForMs = 120_000;
/** iPXE logs out and the OS logs in again: a slow PC is without a session this long in between. */
const handoverMs = 60_000;

/** A PC between its boot script and the end of its last session. */
interface Watched {
  mac: string;
  target: string;
  since: number;
  /** Sessions of the boot before, which linger until the target server notices that the PC is gone. */
  stale: Set<string>;
  onLogin: () => void;
  latest?: Session;
  goneSince?: number;
}

/** Turns the target server's sessions into events: a PC's disk came, and went. */
export function createSessionWatch({ sessions, onLook, timeline, log, now }: SessionWatchDeps) {
  const followers = new Set<SessionListener>();
  const watched = new Map<string, Watched>();
  let known: Session[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let round: Promise<void> = Promise.resolve();

  function update(pc: Watched): void {
    const { mac, target } = pc;
    const session = known.find((each) => each.target === target && !pc.stale.has(each.id));
    if (session) {
      if (!pc.latest) {
        timeline.record({ kind: 'boot.disk', mac, data: { target, address: session.address } });
        pc.onLogin();
      }
      pc.latest = session;
      delete pc.goneSince;
    } else if (!pc.latest) {
      if (now() - pc.since > expectForMs) watched.delete(target);
    } else {
      pc.goneSince ??= now();
      if (now() - pc.goneSince <= handoverMs) return;
      watched.delete(target);
      const { readBytes, writtenBytes } = pc.latest;
      timeline.record({ kind: 'boot.disk-gone', mac, data: { target, readBytes, writtenBytes } });
    }
  }

  async function look(): Promise<void> {
    try {
      known = await sessions();
      onLook?.(known);
      for (const pc of [...watched.values()]) update(pc);
      for (const follower of followers) follower(known, now());
    } catch (error) {
      log.warn({ err: error }, 'sessions not read');
    }
    schedule();
  }

  function schedule(): void {
    if (closed) return;
    clearTimeout(timer);
    const isBusy = [...watched.values()].some(({ latest }) => latest === undefined);
    const start = () => {
      round = look();
    };
    timer = setTimeout(start, isBusy ? busyMs : idleMs);
  }
  schedule();

  return {
    /** A boot script with this target was just handed to this PC; `onLogin`: it has its disk. */
    expect(target: string, mac: string, onLogin: () => void = () => {}): void {
      const before = known.filter((session) => session.target === target);
      const stale = new Set(before.map(({ id }) => id));
      watched.set(target, { mac, target, since: now(), stale, onLogin });
      schedule();
    },
    /** Calls `listener` after each look. */
    follow(listener: SessionListener): void {
      followers.add(listener);
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
