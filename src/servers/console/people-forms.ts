import { Type } from 'typebox';
import { csrfField } from '../../http/csrf.ts';
import { roles } from '../../service/users.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };
const name = Type.String({ maxLength: 64 });
const password = Type.String({ maxLength: 500 });
const role = Type.Enum([...roles]);

export const byUser = Type.Object({ name });
export const byToken = Type.Object({ id: Type.Integer({ minimum: 1 }) });
export const userForm = Type.Object({ name, password, role, ...csrf });
export const roleForm = Type.Object({ role, ...csrf });
export const passwordForm = Type.Object({ password, ...csrf });
export const tokenForm = Type.Object({ user: name, name, ...csrf });

export const auditQuery = Type.Object({
  user: Type.Optional(name),
  text: Type.Optional(Type.String({ maxLength: 200 })),
  before: Type.Optional(Type.Integer({ minimum: 1 })),
});
