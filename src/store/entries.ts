import type { Queries } from './queries.ts';

/** A menu item: one os image and the data images that follow it, in LUN order. */
export interface EntryRow {
  id: number;
  name: string;
  description: string;
  osImageId: number;
  dataImageIds: number[];
  position: number;
  /** The super host that has the drafts, and what it was given to log in with, null for no CHAP. */
  editorHostId: number | null;
  editorChapSecret: string | null;
}

export type NewEntry = Omit<EntryRow, 'id' | 'position' | 'editorHostId' | 'editorChapSecret'>;

export function createEntryRepository({ sql, all, find, run, transaction }: Queries) {
  const entries = sql.selectFrom('entries').selectAll();
  const dataImageIds = (entryId: number): number[] =>
    all(
      sql
        .selectFrom('entryDataImages')
        .select('imageId')
        .where('entryId', '=', entryId)
        .orderBy('position'),
    ).map(({ imageId }) => imageId);
  const setDataImages = (entryId: number, imageIds: number[]): void => {
    run(sql.deleteFrom('entryDataImages').where('entryId', '=', entryId));
    for (const [position, imageId] of imageIds.entries()) {
      run(sql.insertInto('entryDataImages').values({ entryId, imageId, position }));
    }
  };
  const withImages = <Row extends { id: number }>(row: Row) => ({
    ...row,
    dataImageIds: dataImageIds(row.id),
  });

  /** The whole menu is asked for by every boot, and changes once a month: kept until it is written. */
  let menu: EntryRow[] | undefined;

  return {
    /** In menu order. */
    list: (): EntryRow[] =>
      (menu ??= all(entries.orderBy('position').orderBy('id')).map(withImages)),
    find(by: { id: number } | { name: string }): EntryRow | undefined {
      const row =
        'id' in by
          ? find(entries.where('id', '=', by.id))
          : find(entries.where('name', '=', by.name));
      return row && withImages(row);
    },
    /** At the menu's end. */
    add: ({ dataImageIds: imageIds, ...entry }: NewEntry): number =>
      transaction(() => {
        menu = undefined;
        const last = find(
          sql.selectFrom('entries').select(({ fn }) => fn.max('position').as('position')),
        );
        const position = (last?.position ?? 0) + 1;
        const { insertedId } = run(sql.insertInto('entries').values({ ...entry, position }));
        setDataImages(insertedId, imageIds);
        return insertedId;
      }),
    update(
      id: number,
      { dataImageIds: imageIds, ...changes }: Partial<Omit<EntryRow, 'id'>>,
    ): void {
      menu = undefined;
      transaction(() => {
        if (Object.keys(changes).length > 0) {
          run(sql.updateTable('entries').set(changes).where('id', '=', id));
        }
        if (imageIds) setDataImages(id, imageIds);
      });
    },
    remove(id: number): void {
      menu = undefined;
      run(sql.deleteFrom('entries').where('id', '=', id));
    },
  };
}
