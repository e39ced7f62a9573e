import type { Logger } from 'pino';
import type { Session } from '../storage/targets.ts';
import type { Timeline } from './timeline.ts';

export interface SessionWatchDeps {
  sessions: () => Promise<Session[]>;
  timeline: Timeline;
  log: Logger;
}

export type SessionWatch = ReturnType<typeof createSessionWatch>;

/** While a PC is expected to log in, its boot is watched closely; otherwise now and then. */
const busyMs = 500;
const idleMs = 5_000;
/** A PC that has not logged in by now will not; its timeline ends at the script. */
const expectForMs = 120_000;

/** Turns the target server's sessions into events: a PC's disk came, and went. */
export function createSessionWatch({ sessions, timeline, log }: SessionWatchDeps) {
  const expected = new Map<string, { mac: string; until: number }>();
  /** By target; the MAC is remembered so that the logout is told of the right PC. */
  const live = new Map<string, { mac: string; session: Session }>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let round: Promise<void> = Promise.resolve();

  function compare(current: Session[]): void {
    const now = Date.now();
    for (const session of current) {
      const mac = expected.get(session.target)?.mac ?? live.get(session.target)?.mac;
      if (mac === undefined) continue;
      if (expected.delete(session.target) || !live.has(session.target)) {
        const data = { target: session.target, address: session.address };
        timeline.record({ kind: 'boot.disk', mac, data });
      }
      live.set(session.target, { mac, session });
    }
    const names = new Set(current.map(({ target }) => target));
    for (const [target, { mac, session }] of live) {
      if (names.has(target)) continue;
      live.delete(target);
      const { readBytes, writtenBytes } = session;
      timeline.record({ kind: 'boot.disk-gone', mac, data: { target, readBytes, writtenBytes } });
    }
    for (const [target, { until }] of expected) if (until < now) expected.delete(target);
  }

  async function look(): Promise<void> {
    try {
      compare(await sessions());
    } catch (error) {
      log.warn({ err: error }, 'sessions not read');
    }
    schedule();
  }

  function schedule(): void {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        round = look();
      },
      expected.size > 0 ? busyMs : idleMs,
    );
  }
  schedule();

  return {
    /** A boot script with this target was just handed to this PC. */
    expect(target: string, mac: string): void {
      expected.set(target, { mac, until: Date.now() + expectForMs });
      // The session of the boot before may linger; the next one counts as a new login.
      live.delete(target);
      schedule();
    },
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
