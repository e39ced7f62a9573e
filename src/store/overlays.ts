import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/**
 * One host's writable snapshot of one image, for one entry. `usedAt` is when a boot was given it; null
 * while it waits, fresh, for the next boot. `target` exports it, as the disk `lun`, counted from 0:
 * these stay as the running PC has them until it boots again, whatever its entry is changed to.
 * `chapSecret` is what that PC was given to log in with, null for no CHAP.
 */
export type OverlayRow = Selectable<Schema['overlays']>;

/** One that a target exports. */
export type ExportedOverlay = OverlayRow & { target: string; lun: number };

const unused = { usedAt: null, target: null, lun: null, chapSecret: null };

export const isUsed = ({ usedAt }: OverlayRow): boolean => usedAt !== null;
export const isExported = (overlay: OverlayRow): overlay is ExportedOverlay =>
  overlay.target !== null;

/** What a boot is given beside its disks. `usedAt` is epoch milliseconds. */
export interface TargetUse {
  target: string;
  chapSecret: string | null;
  usedAt: number;
}

export function createOverlayRepository({ sql, all, find, run, transaction }: Queries) {
  const overlays = sql.selectFrom('overlays').selectAll();
  return {
    list: (): OverlayRow[] => all(overlays.orderBy('id')),
    find: (id: number): OverlayRow | undefined => find(overlays.where('id', '=', id)),
    of: (hostId: number, entryId: number): OverlayRow[] =>
      all(overlays.where('hostId', '=', hostId).where('entryId', '=', entryId)),
    ofHost: (hostId: number): OverlayRow[] => all(overlays.where('hostId', '=', hostId)),
    /** What a target exports, in LUN order. */
    exportedBy: (target: string): ExportedOverlay[] =>
      all(overlays.where('target', '=', target).orderBy('lun')).filter(isExported),
    ofVersion: (versionId: number): OverlayRow[] =>
      all(overlays.where('versionId', '=', versionId)),
    ofEntry: (entryId: number): OverlayRow[] => all(overlays.where('entryId', '=', entryId)),
    /** Its volume's name carries its id, so that no name is ever used twice. */
    add: (overlay: Omit<OverlayRow, 'id' | 'volume' | keyof typeof unused>): OverlayRow =>
      transaction(() => {
        const row = { ...overlay, volume: '', ...unused };
        const { insertedId: id } = run(sql.insertInto('overlays').values(row));
        const volume = `ov-${id}`;
        run(sql.updateTable('overlays').set({ volume }).where('id', '=', id));
        return { ...row, id, volume };
      }),
    /** A boot is given these by `target`, in LUN order; it exports nothing else from now on. */
    markUsed(given: OverlayRow[], by: TargetUse): ExportedOverlay[] {
      return transaction(() => {
        const { target } = by;
        const nothing = { target: null, lun: null, chapSecret: null };
        run(sql.updateTable('overlays').set(nothing).where('target', '=', target));
        return given.map((overlay, lun) => {
          const use = { ...by, lun };
          run(sql.updateTable('overlays').set(use).where('id', '=', overlay.id));
          return { ...overlay, ...use };
        });
      });
    },
    remove(id: number): void {
      run(sql.deleteFrom('overlays').where('id', '=', id));
    },
  };
}
