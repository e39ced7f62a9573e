import type { FastifyInstance } from 'fastify';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { ConsoleKit } from './kit.ts';
import { readUsers } from './people-actions.ts';
import { byToken, tokenForm } from './people-forms.ts';

/** Programs' ways in. The answer is the list as it is then; a new token is in it, this once. */
export function addTokenActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { apiTokens } = kit.services;
  const console = typed(app);
  const read = () => ({ tokens: apiTokens.list(), users: readUsers(kit.services) });

  console.post(
    '/people/tokens',
    { ...admin, schema: { body: tokenForm } },
    async (request, reply) => {
      const { user, name } = request.body;
      const added = apiTokens.add(user, name.trim());
      return kit.fragment(request, reply, 'people/tokens.njk', { ...read(), added });
    },
  );

  console.post(
    '/people/tokens/:id/remove',
    { ...admin, schema: { params: byToken } },
    async (request, reply) => {
      apiTokens.remove(request.params.id);
      const t = kit.translate(request);
      kit.toast(reply, 'success', t('people:token.removed'));
      return kit.fragment(request, reply, 'people/tokens.njk', read());
    },
  );
}
