import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** Rises where an older program could not read a backup any more. */
export const backupFormat = 1;

const count = Type.Integer({ minimum: 0 });

/** The first member of a backup: what is in it, and who made it. */
const manifestSchema = Type.Object({
  format: Type.Integer({ minimum: 1 }),
  /** Of the program, and of the database's schema. */
  version: Type.String(),
  schema: count,
  /** Epoch milliseconds. */
  createdAt: count,
  /** Versions whose content is in it. */
  images: Type.Array(
    Type.Object({
      image: Type.String(),
      version: count,
      volume: Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
      sizeBytes: count,
    }),
  ),
  /** Files that were too large, by their paths below the data directory. */
  leftOut: Type.Array(Type.Object({ name: Type.String(), sizeBytes: count })),
});

export type Manifest = Static<typeof manifestSchema>;
export type BackedUpImage = Manifest['images'][number];

export const manifestName = 'manifest.json';
export const databaseName = 'cafeboot.db';
/** Where a version's content is. */
export const imageName = ({ volume }: BackedUpImage): string => `images/${volume}.raw`;

/** Throws RangeError. */
export function parseManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  if (!Value.Check(manifestSchema, value)) throw new RangeError(manifestName);
  return value;
}
