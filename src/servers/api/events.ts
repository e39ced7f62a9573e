import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayStill, viewer } from '../../http/access.ts';
import { openEventStream } from '../../http/sse.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import type { EventFilter, TimelineEvent } from '../../service/timeline.ts';
import { eventQuery } from './schemas.ts';

const missedLimit = 10_000;

/** One that connects again by itself says which event was its last: it gets all since then. */
function missedSince({ headers }: FastifyRequest): EventFilter {
  const reached = headers['last-event-id'];
  if (typeof reached !== 'string' || !/^\d{1,15}$/.test(reached)) return {};
  return { afterId: Number(reached), limit: missedLimit };
}

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

  api.get('/events', { ...viewer, schema: { querystring: eventQuery } }, async ({ query }) =>
    timeline.list(filterOf(query)).map(present),
  );

  api.get(
    '/events/stream',
    { ...viewer, schema: { querystring: eventQuery } },
    (request, reply) => {
      const filter = { ...filterOf(request.query), ...missedSince(request) };
      openEventStream(reply, {
        isAllowed: () => mayStill(request, 'viewer', services),
        start(stream) {
          const send = (event: TimelineEvent) => {
            if (filter.mac !== undefined && event.mac !== filter.mac) return;
            stream.send({ id: event.id, data: JSON.stringify(present(event)) });
          };
          for (const event of timeline.list(filter)) send(event);
          return timeline.follow(send);
        },
      });
    },
  );
}
