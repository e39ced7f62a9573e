import { operator, viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/hosts.en.json' with { type: 'json' };
import zh from '../../../i18n/console/hosts.zh-CN.json' with { type: 'json' };
import type { Services } from '../../../service/services.ts';
import { addHostActions } from '../host-actions.ts';
import { addHostEditPages } from '../host-edit.ts';
import { byHost } from '../host-forms.ts';
import { addHostImportPage } from '../host-import-page.ts';
import { addHostPage } from '../host-page.ts';
import { readHostRows } from '../host-view.ts';
import type { Fragment } from '../live.ts';
import type { Room } from '../room.ts';
import { toUnknown } from '../unknown-view.ts';

/** The list of PCs, a page for each, those that are new, and lists in and out. */
export const hosts: Room = {
  name: 'hosts',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/hosts', also: ['/new-host'], icon: 'device-desktop', order: 20 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const console = typed(app);
    live.add({
      name: 'hosts',
      fragments: () => toFragments(readHosts(services)),
      follow: services.hall.follow,
    });

    console.get('/hosts', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('hosts');
      return kit.page(request, reply, 'hosts/hosts.njk', { ...readHosts(services), liveUrl });
    });

    console.post('/hosts/adopt', operator, async (request, reply) => {
      const t = kit.translate(request);
      const { length: count } = services.adoption.adoptAll();
      return kit.toast(reply, 'success', t('hosts:adopted', { count })).send('');
    });
    console.post(
      '/hosts/:key/adopt',
      { ...operator, schema: { params: byHost } },
      async (request, reply) => {
        const t = kit.translate(request);
        const { name } = services.adoption.adopt(request.params.key);
        return kit.toast(reply, 'success', t('hosts:adoptedOne', { host: name })).send('');
      },
    );
    addHostEditPages(app, kit);
    addHostImportPage(app, kit);
    addHostPage(app, kit);
    addHostActions(app, kit);
  },
};

function readHosts(services: Services) {
  const unknown = services.unknownHosts.list().map(toUnknown);
  const next = unknown.length > 0 ? services.adoption.findNext() : undefined;
  return { rows: readHostRows(services), unknown, next: next?.name ?? null };
}

function toFragments({ rows, unknown, next }: ReturnType<typeof readHosts>): Fragment[] {
  return [
    {
      id: 'unknown-hosts',
      template: 'hosts/unknown.njk',
      values: { unknown, next },
      // When it asked last is shown as it was when the list was made.
      dependsOn: [next, unknown.map(({ mac }) => mac)],
    },
    {
      id: 'host-list',
      template: 'hosts/list.njk',
      values: { rows },
      dependsOn: rows.map(({ id }) => id),
    },
    ...rows.map((row) => ({ id: row.id, template: 'hosts/row.njk', values: { row } })),
  ];
}
