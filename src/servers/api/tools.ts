import type { FastifyInstance } from 'fastify';
import { viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';

/** What PCs in super mode can start besides their disks. */
export function addToolRoutes(app: FastifyInstance, { tools }: Services): void {
  typed(app).get('/tools', viewer, async () => tools.list());
}
