import { Type } from 'typebox';
import { csrfField } from '../../http/csrf.ts';
import { diskFormats } from '../../service/transfers.ts';

// What the image pages' forms send; an empty field is one that says nothing.
const csrf = { [csrfField]: Type.Optional(Type.String()) };
const format = Type.Optional(Type.Enum(['', ...diskFormats]));
const note = Type.Optional(Type.String({ maxLength: 500 }));
const image = {
  name: Type.String({ maxLength: 64 }),
  kind: Type.Enum(['os', 'data']),
  description: note,
  ...csrf,
};
/** Of 2^30 bytes. */
const sizeGib = Type.Number({ exclusiveMinimum: 0, maximum: 1_048_576 });
const path = Type.String({ pattern: '^/', maxLength: 4_096 });
const number = Type.Integer({ minimum: 1 });

export const blankForm = Type.Object({ ...image, sizeGib });
const upload = { sizeBytes: Type.Integer({ minimum: 1 }), format };
export const pathForm = Type.Object({ ...image, path, format });
export const uploadForm = Type.Object({ ...image, ...upload });
export const versionPathForm = Type.Object({ path, format, note, ...csrf });
export const versionUploadForm = Type.Object({ ...upload, note, ...csrf });

export const byName = Type.Object({ name: Type.String({ maxLength: 64 }) });
export const byVersion = Type.Object({ name: Type.String({ maxLength: 64 }), number });
export const byUpload = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }) });
export const publishForm = Type.Object({
  note,
  ...csrf,
});
export const growForm = Type.Object({ sizeGib, ...csrf });
export const exportForm = Type.Object({
  path,
  format: Type.Enum([...diskFormats]),
  number,
  ...csrf,
});
/** What is to be removed, typed once more. */
export const removeForm = Type.Object({ typed: Type.String({ maxLength: 64 }), ...csrf });
export const sessionForm = Type.Object({
  host: Type.String({ minLength: 1, maxLength: 64 }),
  entry: Type.String({ minLength: 1, maxLength: 64 }),
  restart: Type.Optional(Type.String()),
  ...csrf,
});
export const endForm = Type.Object({ host: Type.String({ minLength: 1, maxLength: 64 }), ...csrf });

export const toBytes = (gibibytes: number): number => Math.round(gibibytes * 1024 ** 3);
