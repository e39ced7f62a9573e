import { Type } from 'typebox';
import { csrfField } from '../../http/csrf.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };

export const bySetting = Type.Object({ key: Type.String({ maxLength: 64 }) });
/** One field of the setting's own name, or several of a list's. */
export const settingForm = Type.Record(
  Type.String({ maxLength: 64 }),
  Type.Union([
    Type.String({ maxLength: 1_000 }),
    Type.Array(Type.String({ maxLength: 64 }), { maxItems: 256 }),
  ]),
);
export const callerForm = Type.Object({ address: Type.String({ maxLength: 64 }), ...csrf });
