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
  close(): void;
}

export interface EventStreamOptions {
  onClose: () => void;
  /** Asked at each heartbeat: a stream whose session has ended, ends. Default: always. */
  isAllowed?: () => boolean;
}

/** As in HTML's section 9.2.6. */
export function formatEvent({ id, name, data }: Parameters<EventStream['send']>[0]): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}${lines.join('')}\n`;
}

/** Turns an answer into a stream of server-sent events, with heartbeats, until the reader leaves. */
export function openEventStream(
  reply: FastifyReply,
  { onClose, isAllowed = () => true }: EventStreamOptions,
): EventStream {
  const headers = reply.getHeaders() as Record<string, string>;
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  const write = (text: string) => {
    if (raw.writableLength > backlogBytes) raw.destroy();
    else raw.write(text);
  };
  // Without a byte, a browser does not know yet that the stream is open.
  write(': open\n\n');
  const heartbeat = setInterval(() => {
    if (isAllowed()) write(': alive\n\n');
    else raw.end();
  }, heartbeatMs);
  raw.on('close', () => {
    clearInterval(heartbeat);
    onClose();
  });
  return { write, send: (event) => write(formatEvent(event)), close: () => void raw.end() };
}
