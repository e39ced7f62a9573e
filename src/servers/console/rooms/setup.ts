import { admin } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/setup.en.json' with { type: 'json' };
import zh from '../../../i18n/console/setup.zh-CN.json' with { type: 'json' };
import { listInterfaces } from '../../../net/interfaces.ts';
import type { Services } from '../../../service/services.ts';
import type { Room } from '../room.ts';
import { findSettingRow, findWaiting } from '../setting-view.ts';
import { addSetupActions } from '../setup-actions.ts';
import { placeOf } from '../setup-steps.ts';
import { proposeNextSubnet } from '../subnet-forms.ts';

/** The way from an empty server to the first PC: what is found, what to settle, what to do next. */
export const setup: Room = {
  name: 'setup',
  texts: { en, 'zh-CN': zh },
  addRoutes(app, kit) {
    const { services, checkup } = kit;
    const started = services.settings.get();
    const readWaiting = () => findWaiting(started, services.settings.get());
    const rowOf = (key: string) =>
      findSettingRow(key, {
        settings: services.settings.get(),
        hasImages: services.images.list().length > 0,
      });
    const console = typed(app);

    console.get('/setup', admin, async (request, reply) =>
      kit.page(request, reply, 'setup/welcome.njk'),
    );
    console.get('/setup/check', admin, async (request, reply) =>
      kit.page(request, reply, 'setup/check.njk', placeOf('check')),
    );
    console.get('/setup/interfaces', admin, async (request, reply) =>
      kit.page(request, reply, 'setup/interfaces.njk', {
        ...placeOf('interfaces'),
        row: rowOf('servedInterfaces'),
        interfaces: listInterfaces(),
      }),
    );
    console.get('/setup/addresses', admin, async (request, reply) => {
      const settings = services.settings.get();
      const findings = checkup.latest()?.findings ?? [];
      return kit.page(request, reply, 'setup/addresses.njk', {
        ...placeOf('addresses'),
        mode: settings.dhcpMode,
        subnets: settings.dhcpSubnets,
        proposal: await proposeNextSubnet(settings),
        servers: findings.filter(({ check }) => check === 'dhcp'),
      });
    });
    console.get('/setup/disks', admin, async (request, reply) => {
      const disks = await services.storageSetup.listDisks();
      return kit.page(request, reply, 'setup/disks.njk', {
        ...placeOf('disks'),
        row: rowOf('volumeGroup'),
        groups: await services.storageSetup.listGroups(),
        blank: disks.filter(({ holds, isReadable, isReadOnly }) => {
          return isReadable && !isReadOnly && holds.length === 0;
        }),
      });
    });
    console.get('/setup/next', admin, async (request, reply) =>
      kit.page(request, reply, 'setup/next.njk', {
        ...placeOf('next'),
        waiting: readWaiting(),
        done: readDone(services),
      }),
    );
    addSetupActions(app, kit);
  },
};

/** Which of the first things somebody has done. */
function readDone({ images, entries, hosts, hall }: Services) {
  return {
    image: images.list().length > 0,
    entry: entries.list().length > 0,
    host: hosts.list().length > 0,
    boot: hall.tiles().some(({ state }) => state === 'running' || state === 'super'),
  };
}
