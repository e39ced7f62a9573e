import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

/**
 * A PC whose own disk is to be written to an image's draft. `target` is what exports that draft to it now,
 * null before its next boot; `chapSecret` what it was given to log in with, null for no CHAP.
 */
export type CaptureRow = Selectable<Schema['captures']>;

/** One that a target exports. */
export type ExportedCapture = CaptureRow & { target: string };

const isExported = (capture: CaptureRow): capture is ExportedCapture => capture.target !== null;

export function createCaptureRepository({ sql, all, find, run }: Queries) {
  const captures = sql.selectFrom('captures').selectAll();
  return {
    find: (hostId: number): CaptureRow | undefined => find(captures.where('hostId', '=', hostId)),
    ofImage: (imageId: number): CaptureRow[] => all(captures.where('imageId', '=', imageId)),
    exported: (): ExportedCapture[] => all(captures.orderBy('hostId')).filter(isExported),
    /** In place of another image where there was one. */
    set(hostId: number, imageId: number): void {
      const values = { imageId, target: null, chapSecret: null };
      run(
        sql
          .insertInto('captures')
          .values({ hostId, ...values })
          .onConflict((conflict) => conflict.column('hostId').doUpdateSet(values)),
      );
    },
    /** From now on this target exports what this host captures to. */
    exportBy(hostId: number, by: { target: string; chapSecret: string | null }): void {
      run(sql.updateTable('captures').set(by).where('hostId', '=', hostId));
    },
    /** This target is gone, or exports no captured image any more. */
    endExport(target: string): void {
      const nothing = { target: null, chapSecret: null };
      run(sql.updateTable('captures').set(nothing).where('target', '=', target));
    },
    remove(hostId: number): void {
      run(sql.deleteFrom('captures').where('hostId', '=', hostId));
    },
  };
}
