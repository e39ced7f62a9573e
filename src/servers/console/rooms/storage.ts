import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/storage.en.json' with { type: 'json' };
import zh from '../../../i18n/console/storage.zh-CN.json' with { type: 'json' };
import type { Services } from '../../../service/services.ts';
import type { Room } from '../room.ts';
import { addStorageActions } from '../storage-actions.ts';

/** The pool looks different at most this often; its gauge measures no more often either. */
const lookEveryMs = 5_000;

/** The pool that the disks are in, what is below it, and order in it. */
export const storage: Room = {
  name: 'storage',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/storage', icon: 'database', order: 50 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    live.add({
      name: 'storage',
      async fragments() {
        const { pool, cache } = await readStorage(services);
        return [
          { id: 'storage-pool', template: 'storage/pool.njk', values: { pool } },
          { id: 'storage-cache', template: 'storage/cache.njk', values: { cache } },
        ];
      },
      follow(changed) {
        const timer = setInterval(changed, lookEveryMs);
        return () => clearInterval(timer);
      },
    });
    typed(app).get('/storage', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('storage');
      const { volumeStore, targetServer } = await services.status();
      const { volumeGroup, thinPool, portalAddresses } = services.settings.get();
      return kit.page(request, reply, 'storage/storage.njk', {
        ...(await readStorage(services)),
        liveUrl,
        facts: { volumeStore, targetServer, volumeGroup, thinPool, portalAddresses },
        disks: await services.storageSetup.listDisks(),
        hasImages: services.images.list().length > 0,
      });
    });
    addStorageActions(app, kit);
  },
};

async function readStorage({ pool, storageSetup }: Services) {
  return { pool: await pool.get(), cache: await storageSetup.readCache() };
}
