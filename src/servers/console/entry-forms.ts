import { type Static, Type } from 'typebox';
import { csrfField } from '../../http/csrf.ts';

const csrf = { [csrfField]: Type.Optional(Type.String()) };
const name = Type.String({ maxLength: 64 });
const oneOrMore = Type.Union([name, Type.Array(name, { maxItems: 1_000 })]);

export const byEntry = Type.Object({ name });
/** Empty: a PC that is in no list. */
export const previewQuery = Type.Object({ host: Type.Optional(name) });
/** Data images in LUN order; absent where none is ticked. */
export const entryForm = Type.Object({
  ...{ name, description: Type.String({ maxLength: 200 }), os: name },
  data: Type.Optional(oneOrMore),
  /** What the form was filled with. */
  seen: Type.Optional(Type.String({ maxLength: 64 })),
  ...csrf,
});
export const orderForm = Type.Object({ names: oneOrMore, ...csrf });

export const toEntryFields = ({
  name: label,
  description,
  os,
  data,
}: Static<typeof entryForm>) => ({
  ...{ name: label.trim(), description: description.trim(), os },
  data: [data ?? []].flat(),
});
