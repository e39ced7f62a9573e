import type { FastifyReply } from 'fastify';

/** A line to a reader that says nothing would be dropped by proxies, and by dead peers unnoticed. */
const heartbeatMs = 15_000;
/** A reader that does not read is cut off rather than buffered for. */
const backlogBytes = 1024 * 1024;

export interface EventStream {
  /** One server-sent event; lines of `data` may be many. */
  send(event: { id?: string | number; name?: string; data: string }): void;
  /** Text that `formatEvent` made once for many streams. */
  write(text: string): void;
}

export interface EventStreamOptions {
  /** Asked at each heartbeat: a stream whose reader may not read it any more ends. */
  isAllowed: () => boolean;
  /** Tells what there is and follows what comes; returns the way to stop. */
  start: (stream: EventStream) => () => void;
}

/** As in HTML's section 9.2.6. */
export function formatEvent({ id, name, data }: Parameters<EventStream['send']>[0]): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}${lines.join('')}\n`;
}

/**
 * Turns an answer into a stream of server-sent events, with heartbeats, until the reader leaves. A stream
 * that fails is cut off: its browser connects again.
 */
export function openEventStream(
  reply: FastifyReply,
  { isAllowed, start }: EventStreamOptions,
): void {
  const headers = reply.getHeaders() as Record<string, string>;
  reply.hijack();
  const { raw, log } = reply;
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  // Fastify listens for the first error only; what follows is `close`.
  raw.on('error', () => {});
  const write = (text: string) => {
    if (raw.destroyed || raw.writableEnded) return;
    if (raw.writableLength > backlogBytes) raw.destroy();
    else raw.write(text);
  };
  const orCutOff = (act: () => void) => {
    try {
      act();
    } catch (error) {
      log.error({ err: error }, 'event stream failed');
      raw.destroy();
    }
  };
  // Without a byte, a browser does not know yet that the stream is open.
  write(': open\n\n');
  const heartbeat = setInterval(() => {
    orCutOff(() => {
      // Not `end`, which waits for a reader that may never read.
      if (isAllowed()) write(': alive\n\n');
      else raw.destroy();
    });
  }, heartbeatMs);
  let stop = () => {};
  raw.on('close', () => {
    clearInterval(heartbeat);
    stop();
  });
  orCutOff(() => {
    stop = start({ write, send: (event) => write(formatEvent(event)) });
  });
}
