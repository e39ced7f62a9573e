import type { FastifyInstance } from 'fastify';
import { operator, viewer } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { byAddress } from './schemas.ts';

/** The addresses that full DHCP mode gave; a lease is addressed by its IPv4 address. */
export function addLeaseRoutes(app: FastifyInstance, { leases }: Services): void {
  const api = typed(app);
  api.get('/leases', viewer, async () => leases.list());
  api.delete(
    '/leases/:address',
    { ...operator, schema: { params: byAddress } },
    async ({ params }, reply) => {
      leases.forget(params.address);
      return reply.code(204).send();
    },
  );
}
