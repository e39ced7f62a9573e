import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admin, callerOf } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { roles, type User } from '../../service/users.ts';
import type { ConsoleKit } from './kit.ts';
import { byUser, passwordForm, roleForm, userForm } from './people-forms.ts';

/** A user as the page shows them. */
export interface UserView extends User {
  /** Nobody else could put things right: neither removed nor given another role. */
  isLastAdmin: boolean;
}

export function readUsers({ users }: Services): UserView[] {
  const list = users.list();
  const admins = list.filter(({ role }) => role === 'admin').length;
  return list.map((user) => ({ ...user, isLastAdmin: user.role === 'admin' && admins === 1 }));
}

/** What administrators do with users. The answer is the list as it is then. */
export function addPeopleActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const { users } = services;
  const console = typed(app);

  function answer(request: FastifyRequest, reply: FastifyReply, text: string) {
    kit.toast(reply, 'success', text);
    const values = { users: readUsers(services), roles };
    return kit.fragment(request, reply, 'people/users.njk', values);
  }

  /** For whoever ended their own session by it. */
  const leave = (reply: FastifyReply) => reply.header('hx-redirect', '/login').send('');

  console.post(
    '/people/users',
    { ...admin, schema: { body: userForm } },
    async (request, reply) => {
      const { name, password, role } = request.body;
      const user = await users.add(name.trim(), password, role);
      const t = kit.translate(request);
      return answer(request, reply, t('people:user.added', { name: user.name }));
    },
  );

  console.post(
    '/people/users/:name/role',
    { ...admin, schema: { params: byUser, body: roleForm } },
    async (request, reply) => {
      const { name, role } = users.setRole(request.params.name, request.body.role);
      const t = kit.translate(request);
      const values = { name, role: t(`common:role.${role}`) };
      return answer(request, reply, t('people:role.changed', values));
    },
  );

  console.post(
    '/people/users/:name/password',
    { ...admin, schema: { params: byUser, body: passwordForm } },
    async (request, reply) => {
      const { name } = request.params;
      await users.setPassword(name, request.body.password);
      if (callerOf(request).name === name) return leave(reply);
      const t = kit.translate(request);
      return answer(request, reply, t('people:password.changed', { name }));
    },
  );

  console.post(
    '/people/users/:name/remove',
    { ...admin, schema: { params: byUser } },
    async (request, reply) => {
      const { name } = request.params;
      users.remove(name);
      if (callerOf(request).name === name) return leave(reply);
      const t = kit.translate(request);
      return answer(request, reply, t('people:user.removed', { name }));
    },
  );
}
