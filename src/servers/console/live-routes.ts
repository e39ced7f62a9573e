import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CafebootError } from '../../errors.ts';
import { callerOf, mayStill, viewer } from '../../http/access.ts';
import { openEventStream } from '../../http/sse.ts';
import { typed } from '../../http/typed.ts';
import { mayAct } from '../../service/users.ts';
import type { ConsoleKit } from './kit.ts';

const byTopic = Type.Object({ topic: Type.String({ maxLength: 64 }) });
const cursorQuery = Type.Object({ since: Type.Optional(Type.String({ maxLength: 64 })) });
/** All consoles together: each holds a socket and a little memory. */
const streamLimit = 300;

/** `/live/:topic`: fragments of a page as server-sent events, as long as their reader may see them. */
export function addLiveRoutes(app: FastifyInstance, kit: ConsoleKit): void {
  let open = 0;
  typed(app).get(
    '/live/:topic',
    { ...viewer, schema: { params: byTopic, querystring: cursorQuery } },
    (request, reply) => {
      const { topic: name } = request.params;
      const topic = kit.live.find(name);
      if (!topic) throw new CafebootError('not_found', { kind: 'path', name: request.url });
      const { role } = callerOf(request);
      if (!mayAct(role, topic.access)) throw new CafebootError('forbidden', { role: topic.access });
      if (open >= streamLimit) throw new CafebootError('busy');
      // A browser that connects again by itself says how far it got.
      const reached = request.headers['last-event-id'];
      const cursor = typeof reached === 'string' ? reached : (request.query.since ?? '');
      openEventStream(reply, {
        isAllowed: () => mayStill(request, topic.access, kit.services),
        start({ write }) {
          const leave = topic.read(write, kit.languageOf(request), cursor);
          open += 1;
          return () => {
            open -= 1;
            leave();
          };
        },
      });
    },
  );
}
