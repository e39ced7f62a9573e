import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import { routeSummaries } from './route-summaries.ts';

/** The OpenAPI document of all routes that are added after it, out of their schemas. */
export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'cafeboot', version, description: 'Everything that the console can do.' },
    },
  });
  app.addHook('onRoute', (route) => {
    const path = route.url.slice(app.prefix.length);
    const [, tag = ''] = /^\/([a-z-]+)/.exec(path) ?? [];
    const summary = routeSummaries[`${String(route.method)} ${path}`];
    route.schema = {
      ...route.schema,
      tags: [tag],
      ...(summary !== undefined && { summary }),
      // Who may call it.
      ...{ 'x-access': route.config?.access },
    };
  });
  app.get('/openapi.json', viewer, async () => app.swagger());
}
