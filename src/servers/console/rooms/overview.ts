import { operator, viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/overview.en.json' with { type: 'json' };
import zh from '../../../i18n/console/overview.zh-CN.json' with { type: 'json' };
import type { Services } from '../../../service/services.ts';
import { actOnHosts, hallAction } from '../hall-actions.ts';
import { countStates, toGroups } from '../hall-view.ts';
import type { Fragment } from '../live.ts';
import type { Room } from '../room.ts';
import { createSlowFacts } from '../slow-facts.ts';

/** The hall: what every PC does, what needs attention, and the whole cafe's numbers. */
export const overview: Room = {
  name: 'overview',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/', icon: 'layout-dashboard', order: 10 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const slow = createSlowFacts({
      read: () => readSlowFacts(services),
      freshForMs: slowFreshForMs,
      now: kit.now,
      onError: (error) => app.log.error({ err: error }, 'the pool could not be read'),
    });
    live.add({
      name: 'overview',
      fragments: async () => toFragments({ ...readHall(services), ...(await slow.latest()) }),
      follow(changed) {
        const unfollows = [services.hall.follow(changed), slow.follow(changed)];
        return () => {
          for (const unfollow of unfollows) unfollow();
        };
      },
    });
    const console = typed(app);

    console.get('/', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('overview');
      const facts = { ...readHall(services), ...(await slow.fresh()) };
      const entries = services.entries.list().map(({ name }) => name);
      const values = { ...facts, liveUrl, entries, now: kit.now() };
      return kit.page(request, reply, 'overview/overview.njk', values);
    });

    console.post(
      '/overview/actions',
      { ...operator, schema: { body: hallAction } },
      async (request, reply) => {
        const { failed, done } = await actOnHosts(services, request.body);
        const t = kit.translate(request);
        const [first] = failed;
        if (first === undefined) {
          return kit.toast(reply, 'success', t('overview:acted', { count: done })).send('');
        }
        const reason = kit.describe(request, first.error);
        const values = { failed: failed.length, count: done + failed.length, reason };
        return kit.toast(reply, 'danger', t('overview:actedPartly', values)).send('');
      },
    );
  },
};

/** How old what is told of the pool, and of what needs attention, may be on a page that is open. */
const slowFreshForMs = 2_000;

type Overview = ReturnType<typeof readHall> & Awaited<ReturnType<typeof readSlowFacts>>;

function readHall({ hall }: Services) {
  const tiles = hall.tiles();
  return { groups: toGroups(tiles), counts: countStates(tiles), total: tiles.length };
}

const readSlowFacts = async ({ pool, attention }: Services) => ({
  pool: await pool.get(),
  attention: await attention.list(),
});

/** The page's moving parts; each template is also what the page itself includes. */
function toFragments({ groups, counts, total, pool, attention }: Overview): Fragment[] {
  const order = groups.map(({ name, tiles }) => [name, tiles.map(({ id }) => id)]);
  const { state, data, metadata } = pool;
  return [
    { id: 'hall', template: 'overview/hall.njk', values: { groups }, dependsOn: order },
    { id: 'counts', template: 'overview/counts.njk', values: { counts, total } },
    { id: 'pool', template: 'overview/pool.njk', values: { pool: { state, data, metadata } } },
    { id: 'attention', template: 'overview/attention.njk', values: { attention } },
    ...groups
      .flatMap(({ tiles }) => tiles)
      .map((tile) => ({ id: tile.id, template: 'overview/tile.njk', values: { tile } })),
  ];
}
