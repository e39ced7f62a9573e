import { Type } from 'typebox';
import type { EventQuery } from './event-search.ts';

const id = Type.Optional(Type.Integer({ minimum: 0 }));
const query = {
  host: Type.Optional(Type.String({ maxLength: 64 })),
  level: Type.Optional(Type.Enum(['', 'warn', 'error'])),
  topic: Type.Optional(Type.String({ pattern: '^[a-z]*$', maxLength: 32 })),
  text: Type.Optional(Type.String({ maxLength: 200 })),
};

export const eventQuery = Type.Object(query);
/** Older events than one that is shown, or newer ones. */
export const eventPageQuery = Type.Object({ ...query, before: id });
export const eventNewsQuery = Type.Object({ ...query, after: id });

/** What a search asks for, as the end of a URL: `?level=warn`, or nothing. */
export function toQueryText({ host, level, topic, text }: EventQuery): string {
  const given = Object.entries({ host, level, topic, text }).flatMap(([name, value]) =>
    value ? [[name, value]] : [],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
