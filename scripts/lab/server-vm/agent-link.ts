import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { FromAgent, ToAgent } from './protocol.ts';

type Answer = Exclude<FromAgent, { ready: true }>;
type Question = Exclude<ToAgent, { clock: number }>;
/** A question without its id, which the link gives it. */
type Unnumbered<Line> = Line extends { id: number } ? Omit<Line, 'id'> : never;

/** A program or a request in the guest, by its id. */
export interface Talk {
  send(line: Unnumbered<Question>): void;
}

export interface TalkEvents {
  onAnswer(answer: Answer): void;
  /** The VM went off: no more answers will come. */
  onGone(reason: Error): void;
}

/** The host's end of the agent's port, over all boots of a VM. */
export interface AgentLink {
  /** Resolves when the agent of the present boot listens, and its clock is right. */
  ready(): Promise<void>;
  open(events: TalkEvents): Talk;
  /** The VM went off: every talk ends with `reason`; the next boot's agent will connect. */
  gone(reason: Error): void;
  close(): Promise<void>;
}

/** Listens on a unix socket for QEMU. */
export async function createAgentLink(socketPath: string): Promise<AgentLink> {
  const talks = new Map<number, TalkEvents>();
  let lastId = 0;
  let socket: Socket | undefined;
  let ready = newReady();
  let off: Error | undefined;

  const send = (line: ToAgent) => {
    socket?.write(`${JSON.stringify(line)}\n`);
  };

  function take(line: FromAgent): void {
    if ('ready' in line) {
      send({ clock: Date.now() });
      ready.resolve();
      return;
    }
    const talk = talks.get(line.id);
    if ('exited' in line || 'status' in line || 'failed' in line) talks.delete(line.id);
    talk?.onAnswer(line);
  }

  const server = createServer((connected) => {
    socket = connected;
    off = undefined;
    connected.on('error', () => undefined);
    createInterface({ input: connected })
      .on('line', (line) => take(JSON.parse(line) as FromAgent))
      // It says again what its socket said; that QEMU has ended is told by `gone`.
      .on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });

  return {
    ready: () => ready.promise,
    open(events) {
      lastId += 1;
      const id = lastId;
      // Not before the caller has its talk.
      const reason = off;
      if (reason) queueMicrotask(() => events.onGone(reason));
      else talks.set(id, events);
      return { send: (line) => send({ ...line, id } as Question) };
    },
    gone(reason) {
      off = reason;
      socket?.destroy();
      socket = undefined;
      ready.reject(reason);
      ready = newReady();
      const ended = [...talks.values()];
      talks.clear();
      for (const talk of ended) talk.onGone(reason);
    },
    close() {
      socket?.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function newReady() {
  const ready = Promise.withResolvers<void>();
  // Where nobody waits for it.
  ready.promise.catch(() => undefined);
  return ready;
}
