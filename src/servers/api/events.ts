import type { FastifyInstance } from 'fastify';
import type { Services } from '../../service/services.ts';
import type { TimelineEvent } from '../../service/timeline.ts';
import { eventQuery } from './schemas.ts';
import { typed } from './typed.ts';

/** A line to a reader that says nothing would be dropped by proxies and by dead peers unnoticed. */
const heartbeatMs = 15_000;
/** A reader that does not read is cut off rather than buffered for. */
const backlogBytes = 1024 * 1024;

/** The history, and the same as a stream of server-sent events. */
export function addEventRoutes(app: FastifyInstance, services: Services): void {
  const { hosts, timeline } = services;
  const api = typed(app);

  /** Events carry the host's name of today beside its MAC. */
  const present = (event: TimelineEvent) => ({
    ...event,
    host: event.mac === null ? null : (hosts.findByMac(event.mac)?.name ?? null),
  });

  const filterOf = ({ host, after, limit }: { host?: string; after?: number; limit?: number }) => ({
    ...(host !== undefined && { mac: hosts.get(host).mac }),
    ...(after !== undefined && { afterId: after }),
    ...(limit !== undefined && { limit }),
  });

  api.get('/events', { schema: { querystring: eventQuery } }, async ({ query }) =>
    timeline.list(filterOf(query)).map(present),
  );

  api.get('/events/stream', { schema: { querystring: eventQuery } }, (request, reply) => {
    const filter = filterOf(request.query);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const write = (text: string) => {
      if (raw.writableLength > backlogBytes) raw.destroy();
      else raw.write(text);
    };
    const send = (event: TimelineEvent) => {
      if (filter.mac !== undefined && event.mac !== filter.mac) return;
      write(`id: ${event.id}\ndata: ${JSON.stringify(present(event))}\n\n`);
    };
    for (const event of timeline.list(filter)) send(event);
    const unfollow = timeline.follow(send);
    const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMs);
    raw.on('close', () => {
      clearInterval(heartbeat);
      unfollow();
    });
  });
}
