import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import type { Resources } from '../../resources.ts';
import type { Services } from '../../service/services.ts';
import { createAssets } from './assets.ts';
import { readBrowserFiles } from './browser-files.ts';
import { createCheckup, type Finding } from './checkup.ts';
import { answerErrors } from './errors.ts';
import { findIconNames, makeSprite } from './icons.ts';
import { createLiveTopics } from './live.ts';
import { addLiveRoutes } from './live-routes.ts';
import { createKit } from './pages.ts';
import { addPreferenceRoutes } from './preferences.ts';
import { rooms } from './rooms.ts';
import { createTexts } from './texts.ts';
import { createViews, readTemplates } from './views.ts';

export interface ConsoleDeps {
  services: Services;
  resources: Resources;
  version: string;
  now: () => number;
  /** Whether it is reached by HTTPS. */
  isSecure: boolean;
  /** Looks at this server and what is around it; takes some seconds. */
  examine: () => Promise<Finding[]>;
  /** The OpenAPI document. */
  describeApi: () => object;
}

/** The console: pages for people, over the use cases. */
export async function addConsole(app: FastifyInstance, deps: ConsoleDeps): Promise<void> {
  const { resources, now } = deps;
  const icons = new Set([
    ...findIconNames(readTemplates(resources)),
    ...rooms.flatMap(({ nav }) => (nav ? [nav.icon] : [])),
  ]);
  const files = readBrowserFiles(resources);
  files.set('icons.svg', makeSprite([...icons], resources));
  const assets = createAssets(files);
  const texts = createTexts(Object.fromEntries(rooms.map((room) => [room.name, room.texts])));
  const render = createViews({ resources, assets, icons, texts, now });
  const onError = (error: unknown) => app.log.error({ err: error }, 'live page failed');
  const { tasks } = deps.services;
  const live = createLiveTopics({
    render,
    everywhere: {
      fragments: () => [
        {
          id: 'tasks-running',
          template: 'partials/tasks-running.njk',
          values: { runningTasks: tasks.runningCount() },
        },
      ],
      follow: tasks.follow,
    },
    onError,
  });
  const checkup = createCheckup(deps.examine, now);
  const kit = createKit({ ...deps, rooms, render, texts, live, checkup });

  await app.register(async (console) => {
    await console.register(formbody, { bodyLimit: 64 * 1024 });
    console.addHook('onClose', async () => live.close());
    answerErrors(console, kit);
    assets.addRoutes(console);
    addPreferenceRoutes(console, deps.isSecure);
    addLiveRoutes(console, kit);
    for (const room of rooms) room.addRoutes?.(console, kit);
  });
}
