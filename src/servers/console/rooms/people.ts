import type { FastifyInstance } from 'fastify';
import { admin } from '../../../http/access.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/people.en.json' with { type: 'json' };
import zh from '../../../i18n/console/people.zh-CN.json' with { type: 'json' };
import { roles } from '../../../service/users.ts';
import { nameDeed } from '../audit-words.ts';
import type { ConsoleKit } from '../kit.ts';
import { addPeopleActions, readUsers } from '../people-actions.ts';
import { auditQuery } from '../people-forms.ts';
import type { Room } from '../room.ts';
import { addTokenActions } from '../token-actions.ts';

const pageSize = 100;

/** Who may use the console and the API, by which tokens, and what they did. */
export const people: Room = {
  name: 'people',
  texts: { en, 'zh-CN': zh },
  nav: { href: '/people', icon: 'users', access: 'admin', order: 85 },
  addRoutes(app, kit) {
    typed(app).get('/people', admin, async (request, reply) =>
      kit.page(request, reply, 'people/people.njk', {
        users: readUsers(kit.services),
        tokens: kit.services.apiTokens.list(),
        roles,
      }),
    );
    addPeopleActions(app, kit);
    addTokenActions(app, kit);
    addAuditPages(app, kit);
  },
};

function addAuditPages(app: FastifyInstance, kit: ConsoleKit): void {
  const { audit, users } = kit.services;
  const console = typed(app);
  const schema = { querystring: auditQuery };

  function read({ user, text, before }: { user?: string; text?: string; before?: number }) {
    const found = audit.list({
      ...(user && { user }),
      ...(text && { text }),
      ...(before !== undefined && { beforeId: before }),
      limit: pageSize + 1,
    });
    const entries = found
      .slice(0, pageSize)
      .map((entry) => ({ ...entry, ...nameDeed(entry.method, entry.route) }));
    const isMore = found.length > pageSize;
    return {
      entries,
      olderThan: isMore ? (entries.at(-1)?.id ?? null) : null,
      wanted: { user, text },
    };
  }

  console.get('/people/audit', { ...admin, schema }, async (request, reply) => {
    const names = users.list().map(({ name }) => name);
    return kit.page(request, reply, 'people/audit.njk', { ...read(request.query), names });
  });
  console.get('/people/audit/list', { ...admin, schema }, async (request, reply) =>
    kit.fragment(request, reply, 'people/audit-list.njk', read(request.query)),
  );
  console.get('/people/audit/older', { ...admin, schema }, async (request, reply) =>
    kit.fragment(request, reply, 'people/audit-rows.njk', read(request.query)),
  );
}
