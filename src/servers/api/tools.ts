import type { FastifyInstance } from 'fastify';
import type { Services } from '../../service/services.ts';
import { typed } from './typed.ts';

/** What PCs in super mode can start besides their disks. */
export function addToolRoutes(app: FastifyInstance, { tools }: Services): void {
  typed(app).get('/tools', async () => tools.list());
}
