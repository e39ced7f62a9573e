import { viewer } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/images.en.json' with { type: 'json' };
import zh from '../../../i18n/console/images.zh-CN.json' with { type: 'json' };
import { addImageActions } from '../image-actions.ts';
import { addImagePage } from '../image-page.ts';
import { toImageRow } from '../image-view.ts';
import { addNewImagePages } from '../new-image.ts';
import { addNextVersionPages } from '../next-version.ts';
import type { Room } from '../room.ts';
import { toTaskView } from '../task-view.ts';

/** Golden disks: what there is, its restore points, and how another one comes in. */
export const images: Room = {
  name: 'images',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/images', also: ['/new-image'], icon: 'stack-2', order: 30 },
  addRoutes(app, kit) {
    const { services, live } = kit;
    const read = () => ({
      images: services.images.list().map((image) => toImageRow(image, services)),
      imports: services.tasks
        .list()
        .filter(({ kind, state }) => kind === 'image.import' && state === 'running')
        .map((task) => toTaskView(task, [])),
    });
    live.add({
      name: 'images',
      fragments() {
        const { images, imports } = read();
        return [
          { id: 'image-imports', template: 'images/imports.njk', values: { imports } },
          { id: 'image-list', template: 'images/list.njk', values: { images } },
        ];
      },
      follow(changed) {
        const unfollows = [services.timeline.follow(changed), services.tasks.follow(changed)];
        return () => {
          for (const unfollow of unfollows) unfollow();
        };
      },
    });

    typed(app).get('/images', viewer, async (request, reply) => {
      const liveUrl = await live.urlOf('images');
      return kit.page(request, reply, 'images/images.njk', { ...read(), liveUrl });
    });
    addNewImagePages(app, kit);
    addNextVersionPages(app, kit);
    addImagePage(app, kit);
    addImageActions(app, kit);
  },
};
