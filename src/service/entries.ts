import { CafebootError } from '../errors.ts';
import type { EntryRow, NewEntry } from '../store/entries.ts';
import type { Store } from '../store/store.ts';
import { parseSlug } from './fields.ts';
import { getImage, getPublished } from './image-lookup.ts';
import type { Timeline } from './timeline.ts';

/** A boot entry as people see it: its images by name, data images in LUN order. */
export interface Entry {
  name: string;
  description: string;
  os: string;
  data: string[];
  position: number;
}

export interface EntryFields {
  name?: string;
  description?: string;
  os?: string;
  data?: string[];
  position?: number;
}

export interface EntryDeps {
  store: Store;
  timeline: Timeline;
}

export type Entries = ReturnType<typeof createEntries>;

/** The boot menu's items. */
export function createEntries({ store, timeline }: EntryDeps) {
  /** Throws `not_found`, `wrong_image_kind`, and `image_not_ready`: one that fails is removed, and must be free to go. */
  function imageId(name: string, kind: 'os' | 'data'): number {
    const image = getImage(store, name);
    if (image.kind !== kind) throw new CafebootError('wrong_image_kind', { image: name, kind });
    getPublished(store, image);
    return image.id;
  }

  const imageName = (id: number): string => store.images.find({ id })?.name ?? '';

  function getRow(name: string): EntryRow {
    const entry = store.entries.find({ name });
    if (!entry) throw new CafebootError('not_found', { kind: 'entry', name });
    return entry;
  }

  const present = (row: EntryRow): Entry => ({
    name: row.name,
    description: row.description,
    os: imageName(row.osImageId),
    data: row.dataImageIds.map(imageName),
    position: row.position,
  });

  const toRow = ({ name, description, os, data, position }: EntryFields) => ({
    ...(name !== undefined && { name: parseSlug('name', name) }),
    ...(description !== undefined && { description }),
    ...(os !== undefined && { osImageId: imageId(os, 'os') }),
    ...(data !== undefined && { dataImageIds: data.map((image) => imageId(image, 'data')) }),
    ...(position !== undefined && { position }),
  });

  return {
    list: (): Entry[] => store.entries.list().map(present),
    get: (name: string): Entry => present(getRow(name)),
    getRow,

    add(fields: EntryFields & { name: string; os: string }): Entry {
      const row = { description: '', dataImageIds: [], ...toRow(fields) };
      store.entries.add(row as NewEntry);
      timeline.record({ kind: 'entry.added', data: { entry: fields.name } });
      return present(getRow(fields.name));
    },

    /** Whether PCs would get other disks, or the same by another name. */
    changesDisks(name: string, changes: EntryFields): boolean {
      const before = present(getRow(name));
      const after = { ...before, ...changes };
      return (['name', 'os', 'data'] as const).some(
        (field) => JSON.stringify(after[field]) !== JSON.stringify(before[field]),
      );
    },

    /** PCs that run from it go on with what they have, and get the change when they boot next. */
    update(name: string, fields: EntryFields): Entry {
      store.entries.update(getRow(name).id, toRow(fields));
      timeline.record({ kind: 'entry.changed', data: { entry: name } });
      return present(getRow(fields.name ?? name));
    },

    /** The whole menu in another order. Throws `changed_meanwhile` where these are not its entries. */
    setOrder(names: readonly string[]): Entry[] {
      const rows = store.entries.list();
      const wanted = new Map(names.map((name, index) => [name, index + 1]));
      if (wanted.size !== rows.length || rows.some(({ name }) => !wanted.has(name))) {
        throw new CafebootError('changed_meanwhile', { what: 'entries' });
      }
      store.transaction(() => {
        for (const { id, name } of rows) {
          store.entries.update(id, { position: wanted.get(name) ?? 0 });
        }
      });
      timeline.record({ kind: 'entry.reordered', data: { entries: names.join(', ') } });
      return store.entries.list().map(present);
    },

    /** The caller drops the entry's targets and overlays first. */
    remove(name: string): void {
      store.entries.remove(getRow(name).id);
      timeline.record({ kind: 'entry.removed', data: { entry: name } });
    },
  };
}

/**
 * What a host boots unless somebody chooses: what it is to boot once, else its own default, else the
 * menu's first.
 */
export function defaultEntryOf(
  { entryId, nextEntryId }: { entryId: number | null; nextEntryId: number | null },
  entries: EntryRow[],
): EntryRow | undefined {
  const find = (wanted: number | null) => entries.find(({ id }) => id === wanted);
  return find(nextEntryId) ?? find(entryId) ?? entries[0];
}

/** An entry's images in LUN order, the os image first. */
export function imageIdsOf({ osImageId, dataImageIds }: EntryRow): number[] {
  return [osImageId, ...dataImageIds];
}
