import type { Session } from '../storage/targets.ts';

/** What a session moved since the last look. */
export interface SessionUse {
  session: Session;
  readBytes: number;
  writtenBytes: number;
}

/**
 * Makes differences of the target server's counts. tgt counts from each login, LIO from the making of each
 * target: there a PC that logs in again goes on counting. What was counted before the first look is not told.
 */
export function createSessionMeter(kind: 'tgt' | 'lio') {
  const keyOf = ({ target, id }: Session) => (kind === 'tgt' ? `${target} ${id}` : target);
  let before: Map<string, Session> | undefined;

  return (sessions: readonly Session[]): SessionUse[] => {
    const last = before;
    const seen = new Map(sessions.map((session) => [keyOf(session), session]));
    // A PC between iPXE and its OS has no session, and its target counts on.
    before = kind === 'lio' && last ? new Map([...last, ...seen]) : seen;
    if (!last) return [];
    return [...seen].map(([key, session]) => {
      const then = last.get(key);
      const since = (now: number, past = 0) => (now < past ? now : now - past);
      return {
        session,
        readBytes: since(session.readBytes, then?.readBytes),
        writtenBytes: since(session.writtenBytes, then?.writtenBytes),
      };
    });
  };
}

/** Whose a session is: a host's own target names its MAC, and a draft's is at the editor's address. */
export function macOfSession(
  { target, address }: Session,
  findMacAt: (address: string) => string | undefined,
): string | undefined {
  const [, hex] = /\.([0-9a-f]{12})$/.exec(target) ?? [];
  return hex === undefined ? findMacAt(address) : hex.replace(/(..)(?!$)/g, '$1:');
}
