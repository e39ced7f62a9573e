import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/events.en.json' with { type: 'json' };
import zh from '../../../i18n/console/events.zh-CN.json' with { type: 'json' };
import { addEventDownloads } from '../event-downloads.ts';
import { eventNewsQuery, eventPageQuery, eventQuery, toQueryText } from '../event-forms.ts';
import { createEventSearch, type EventQuery, eventTopics } from '../event-search.ts';
import type { Room } from '../room.ts';

const pageSize = 100;
const newsLimit = 200;

/** What happened, in plain words, as it happens and back to the oldest that is kept. */
export const events: Room = {
  name: 'events',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/events', icon: 'list-details', order: 60 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const search = createEventSearch(services);
    live.add({
      name: 'events',
      // That there is something new; what it is, each page asks for by what it looks for.
      fragments: () => [
        { id: 'events-latest', template: 'events/latest.njk', values: { id: search.latestId() } },
      ],
      follow: services.timeline.follow,
    });
    const console = typed(app);
    const listOf = (query: EventQuery, request: Parameters<typeof kit.translator>[0]) => ({
      query,
      queryText: toQueryText(query),
      latest: search.latestId(),
      ...search.find(query, kit.translator(request), { limit: pageSize }),
    });

    console.get(
      '/events',
      { ...viewer, schema: { querystring: eventQuery } },
      async (request, reply) => {
        const liveUrl = await live.urlOf('events');
        const hosts = services.hosts.list().map(({ name }) => name);
        const list = listOf(request.query, request);
        const values = { ...list, liveUrl, hosts, topics: eventTopics };
        return kit.page(request, reply, 'events/events.njk', values);
      },
    );

    console.get(
      '/events/list',
      { ...viewer, schema: { querystring: eventQuery } },
      async (request, reply) => {
        reply.header('hx-replace-url', `/events${toQueryText(request.query)}`);
        const list = listOf(request.query, request);
        return kit.fragment(request, reply, 'events/list.njk', list);
      },
    );

    console.get(
      '/events/older',
      { ...viewer, schema: { querystring: eventPageQuery } },
      async (request, reply) => {
        const { before, ...query } = request.query;
        const page = search.find(query, kit.translator(request), { limit: pageSize, before });
        const values = { ...page, queryText: toQueryText(query) };
        return kit.fragment(request, reply, 'events/rows.njk', values);
      },
    );

    console.get(
      '/events/newer',
      { ...viewer, schema: { querystring: eventNewsQuery } },
      async (request, reply) => {
        const { after = 0, ...query } = request.query;
        const latest = search.latestId();
        const events = search.findNewer(query, kit.translator(request), after, newsLimit);
        return kit.fragment(request, reply, 'events/newer.njk', { events, latest });
      },
    );
    addEventDownloads(app, kit, search);
  },
};
