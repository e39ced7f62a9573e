import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/settings.en.json' with { type: 'json' };
import zh from '../../../i18n/console/settings.zh-CN.json' with { type: 'json' };
import type { Services } from '../../../service/services.ts';
import { addCallerActions, readRefused } from '../caller-actions.ts';
import { addCardActions } from '../card-actions.ts';
import type { Room } from '../room.ts';
import { addSettingActions } from '../setting-actions.ts';
import { findWaiting, toSettingGroups } from '../setting-view.ts';
import { addSubnetActions } from '../subnet-actions.ts';
import { proposeNextSubnet } from '../subnet-forms.ts';

/** Every setting: what it is, what it affects and when, and its value, saved as soon as it is changed. */
export const settings: Room = {
  name: 'settings',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/settings', also: ['/backups'], icon: 'settings', order: 80 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const started = services.settings.get();
    const readWaiting = () => findWaiting(started, services.settings.get());
    live.add({
      name: 'settings',
      fragments: () => [
        {
          id: 'restart-needed',
          template: 'settings/restart.njk',
          values: { waiting: readWaiting() },
        },
        {
          id: 'refused-callers',
          template: 'settings/refused.njk',
          values: { refused: readRefused(services, kit.now()) },
        },
      ],
      follow: services.timeline.follow,
    });

    typed(app).get('/settings', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('settings');
      const settings = services.settings.get();
      return kit.page(request, reply, 'settings/settings.njk', {
        groups: toSettingGroups({ settings, hasImages: hasImages(services) }),
        waiting: readWaiting(),
        refused: readRefused(services, kit.now()),
        proposal: await proposeNextSubnet(settings),
        liveUrl,
      });
    });
    addSettingActions(app, kit);
    addSubnetActions(app, kit);
    addCallerActions(app, kit);
    addCardActions(app, kit);
  },
};

const hasImages = ({ images }: Services): boolean => images.list().length > 0;
