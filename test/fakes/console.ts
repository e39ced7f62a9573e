import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createHttpApp } from '../../src/http/app.ts';
import { createTranslator } from '../../src/i18n/translate.ts';
import { treeResources } from '../../src/resources.ts';
import { addMetricsRoute } from '../../src/servers/api/metrics.ts';
import { addApi } from '../../src/servers/api/server.ts';
import type { Finding } from '../../src/servers/console/checkup.ts';
import { addConsole } from '../../src/servers/console/server.ts';
import { createFakeServices, type FakeServices } from './services.ts';

/** Console and API as they are on port 8050, over fake services. */
export interface FakeConsole {
  app: FastifyInstance;
  fake: FakeServices;
  /** Where its backups are. */
  backupsDirectory: string;
  /** `METHOD /path` of every route. */
  routes: { method: string; url: string; access: string }[];
  close(): Promise<void>;
}

/** With what the doctor is to find; by HTTPS with a key and a certificate, as PEM. */
export async function createFakeConsole(
  findings: readonly Finding[] = [],
  tls?: { key: string; cert: string },
): Promise<FakeConsole> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-fake-data-'));
  const backupsDirectory = join(dataDir, 'backups');
  await mkdir(backupsDirectory);
  const directories = { dataDir, backups: backupsDirectory };
  const fake = await createFakeServices(':memory:', '/nowhere', directories);
  const { services } = fake;
  const app = await createHttpApp({ ...services, log: pino({ level: 'silent' }), tls });
  const routes: FakeConsole['routes'] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) {
      routes.push({ method: each, url, access: String(config?.access) });
    }
  });
  const api = await addApi(app, { services, translator: createTranslator('en') });
  addMetricsRoute(app, services, createTranslator('en'));
  const resources = treeResources();
  const now = () => fake.clock.now;
  const examine = async () => [...findings];
  await addConsole(app, {
    services,
    resources,
    version: 'test',
    isSecure: tls !== undefined,
    now,
    examine,
    describeApi: api.describe,
  });
  return {
    app,
    fake,
    backupsDirectory,
    routes,
    async close() {
      await app.close();
      await services.close();
      await fake.volumes.cleanUp();
      await rm(dataDir, { recursive: true });
    },
  };
}
