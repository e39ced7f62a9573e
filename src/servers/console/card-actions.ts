import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';

/** Whether the account of the power cards works: the cards that it has, and which PCs they belong to. */
export function addCardActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { powerCards, hosts } = kit.services;
  typed(app).get('/settings/cards', admin, async (request, reply) => {
    const names = new Set(hosts.list().map(({ name }) => name));
    const cards = (await powerCards.list()).map((card) => ({
      ...card,
      host: [card.mcuname, card.note].find((name) => names.has(name)) ?? null,
    }));
    return kit.fragment(request, reply, 'settings/cards.njk', { cards });
  });
}
