import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/**
 * One host's writable snapshot of one image, for one entry. `usedAt` is when a boot was given it;
 * null while it waits, fresh, for the next boot.
 */
export type OverlayRow = Selectable<Schema['overlays']>;

export function createOverlayRepository({ sql, all, run, transaction }: Queries) {
  const overlays = sql.selectFrom('overlays').selectAll();
  return {
    list: (): OverlayRow[] => all(overlays.orderBy('id')),
    of: (hostId: number, entryId: number): OverlayRow[] =>
      all(overlays.where('hostId', '=', hostId).where('entryId', '=', entryId)),
    ofHost: (hostId: number): OverlayRow[] => all(overlays.where('hostId', '=', hostId)),
    ofEntry: (entryId: number): OverlayRow[] => all(overlays.where('entryId', '=', entryId)),
    /** Its volume's name carries its id, so that no name is ever used twice. */
    add: (overlay: Omit<OverlayRow, 'id' | 'volume' | 'usedAt'>): OverlayRow =>
      transaction(() => {
        const row = { ...overlay, volume: '', usedAt: null };
        const { insertedId: id } = run(sql.insertInto('overlays').values(row));
        const volume = `ov-${id}`;
        run(sql.updateTable('overlays').set({ volume }).where('id', '=', id));
        return { ...row, id, volume };
      }),
    markUsed(ids: number[], usedAt: number): void {
      if (ids.length === 0) return;
      run(sql.updateTable('overlays').set({ usedAt }).where('id', 'in', ids));
    },
    remove(id: number): void {
      run(sql.deleteFrom('overlays').where('id', '=', id));
    },
  };
}
