import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { diskFormats } from '../../service/transfers.ts';
import { byName } from './image-forms.ts';
import { readImage } from './image-view.ts';
import type { ConsoleKit } from './kit.ts';
import type { Fragment } from './live.ts';

/** Asking the storage what each version takes costs a process: not for every event of a full hall. */
const usageFreshMs = 5_000;

/** An image's page, which is live. */
export function addImagePage(app: FastifyInstance, kit: ConsoleKit): void {
  const { services, live } = kit;
  const usageOf = rememberUsage(services, kit.now);

  /** One for each image that was looked at; there are few. */
  function topicOf(name: string): string {
    const topic = `image-${name}`;
    if (live.find(topic)) return topic;
    live.add({
      name: topic,
      async fragments() {
        if (!services.images.list().some((image) => image.name === name)) return [];
        return toFragments(await readImage(services, name, await usageOf(name)));
      },
      follow: services.hall.follow,
    });
    return topic;
  }

  typed(app).get(
    '/images/:name',
    { ...viewer, schema: { params: byName } },
    async (request, reply) => {
      const { name } = request.params;
      const { entries } = services.imageUsers(name);
      const liveUrl = await live.urlOf(topicOf(name));
      return kit.page(request, reply, 'images/image.njk', {
        ...(await readImage(services, name, await usageOf(name))),
        entries,
        liveUrl,
        hosts: services.hosts.list().map((host) => host.name),
        formats: diskFormats,
        versionsKept: services.settings.get().versionsKept,
      });
    },
  );
}

type ImageFacts = Awaited<ReturnType<typeof readImage>>;

function toFragments({ image, versions, draft, sessions, isEdited }: ImageFacts): Fragment[] {
  return [
    { id: 'image-facts', template: 'images/facts.njk', values: { image } },
    { id: 'image-draft', template: 'images/draft.njk', values: { image, draft, isEdited } },
    { id: 'image-sessions', template: 'images/sessions.njk', values: { image, sessions } },
    { id: 'image-versions', template: 'images/versions.njk', values: { image, versions, draft } },
  ];
}

/** What versions take and who is on them, at most some seconds old; new after any image changed. */
function rememberUsage({ imageUsage, images }: Services, now: () => number) {
  const known = new Map<
    string,
    { at: number; state: string; usage: ReturnType<typeof imageUsage> }
  >();
  return (name: string): ReturnType<typeof imageUsage> => {
    const state = JSON.stringify(images.get(name));
    const before = known.get(name);
    if (before?.state === state && now() - before.at < usageFreshMs) return before.usage;
    const usage = imageUsage(name);
    known.set(name, { at: now(), state, usage });
    return usage;
  };
}
