import { Type } from 'typebox';
import { CafebootError } from '../../../errors.ts';
import { anybody, callerOf, viewer } from '../../../http/access.ts';
import { csrfField } from '../../../http/csrf.ts';
import { statusOf, toKnown } from '../../../http/statuses.ts';
import { typed } from '../../../http/typed.ts';
import en from '../../../i18n/console/profile.en.json' with { type: 'json' };
import zh from '../../../i18n/console/profile.zh-CN.json' with { type: 'json' };
import type { Room } from '../room.ts';
import { clearSession } from '../session-cookie.ts';

const text = Type.String({ maxLength: 500 });
const csrf = { [csrfField]: Type.Optional(Type.String()) };
const passwordForm = Type.Object({ current: text, password: text, repeated: text, ...csrf });

/** What everybody may change of themselves. */
export const profile: Room = {
  name: 'profile',
  texts: { en, 'zh-CN': zh },
  addRoutes(app, kit) {
    const { users, logins } = kit.services;
    const console = typed(app);
    console.get('/profile', viewer, async (request, reply) =>
      kit.page(request, reply, 'profile/profile.njk'),
    );

    console.post(
      '/profile/password',
      { ...viewer, schema: { body: passwordForm } },
      async (request, reply) => {
        const { name, session } = callerOf(request);
        const { repeated, current, password } = request.body;
        try {
          if (password !== repeated) throw new CafebootError('passwords_differ');
          const address = request.ip;
          await logins.changePassword({ name, current, password, address, session });
          return kit.page(request, reply, 'profile/profile.njk', { isDone: true });
        } catch (error) {
          const known = toKnown(error);
          const problem = kit.describe(request, known);
          const field = fields[known.code as keyof typeof fields] ?? 'current';
          reply.code(statusOf(known.code));
          return kit.page(request, reply, 'profile/profile.njk', { problem, field });
        }
      },
    );

    // Whoever is logged out already is where they wanted to be.
    console.post('/logout', anybody, async (request, reply) => {
      if (request.user) logins.close(request.user.session);
      return clearSession(reply, kit.isSecure).redirect(
        users.isEmpty() ? '/first-run' : '/login',
        303,
      );
    });
  },
};

/** Which field of the form an error is about. */
const fields = { passwords_differ: 'repeated', password_weak: 'password' } as const;
