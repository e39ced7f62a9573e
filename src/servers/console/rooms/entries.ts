import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/entries.en.json' with { type: 'json' };
import zh from '../../../i18n/console/entries.zh-CN.json' with { type: 'json' };
import type { Services } from '../../../service/services.ts';
import { addEntryActions } from '../entry-actions.ts';
import { addEntryEditPages } from '../entry-edit.ts';
import { previewQuery } from '../entry-forms.ts';
import { readPreview } from '../menu-view.ts';
import type { Room } from '../room.ts';

/** The boot menu: its items in their order, and what a given PC gets to see of it. */
export const entries: Room = {
  name: 'entries',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/entries', also: ['/new-entry'], icon: 'list-numbers', order: 40 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const console = typed(app);
    live.add({
      name: 'entries',
      fragments() {
        const list = readEntries(services);
        return [
          { id: 'entry-list', template: 'entries/list.njk', values: { entries: list } },
          // Whose message has the page ask for its preview again.
          {
            id: 'menu-changes',
            template: 'entries/changes.njk',
            values: {},
            dependsOn: [list, services.hall.hosts(), services.settings.get()],
          },
        ];
      },
      follow: (changed) =>
        services.timeline.follow(({ kind }) => {
          // Whatever the list, or a menu, is made of.
          if (/^(entry|host|image|setting)\./.test(kind)) changed();
        }),
    });

    console.get('/entries', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('entries');
      return kit.page(request, reply, 'entries/entries.njk', {
        liveUrl,
        entries: readEntries(services),
        hosts: services.hall.hosts().map(({ name }) => name),
        hasImages: services.images.list().some(({ kind }) => kind === 'os'),
        preview: await readPreview(services),
      });
    });
    console.get(
      '/entries/preview',
      { ...viewer, schema: { querystring: previewQuery } },
      async (request, reply) => {
        const preview = await readPreview(services, request.query.host || undefined);
        return kit.fragment(request, reply, 'entries/preview.njk', { preview });
      },
    );
    addEntryEditPages(app, kit);
    addEntryActions(app, kit);
  },
};

function readEntries({ entries: list, hall }: Services) {
  const hosts = Map.groupBy(hall.hosts(), ({ entry }) => entry);
  return list.list().map(({ name, description, os, data }) => ({
    ...{ name, description, os, data },
    hostCount: hosts.get(name)?.length ?? 0,
  }));
}
