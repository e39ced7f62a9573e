import type { Selectable } from 'kysely';
import type { Queries } from './queries.ts';
import type { Schema } from './schema.ts';

export type ImageRow = Selectable<Schema['images']>;
export type VersionRow = Selectable<Schema['versions']>;
export type DraftRow = Selectable<Schema['drafts']>;

/** Images, their versions and drafts. */
export function createImageRepository({ sql, all, find, run, transaction }: Queries) {
  const images = sql.selectFrom('images').selectAll();
  const versions = sql.selectFrom('versions').selectAll();

  function remove(id: number): void {
    run(sql.updateTable('images').set({ publishedVersionId: null }).where('id', '=', id));
    run(sql.deleteFrom('drafts').where('imageId', '=', id));
    run(sql.deleteFrom('images').where('id', '=', id));
  }
  function removeVersion(versionId: number): void {
    run(sql.deleteFrom('versions').where('id', '=', versionId));
  }

  return {
    list: (): ImageRow[] => all(images.orderBy('name')),
    find: (by: { id: number } | { name: string }): ImageRow | undefined =>
      'id' in by ? find(images.where('id', '=', by.id)) : find(images.where('name', '=', by.name)),
    add: (image: Omit<ImageRow, 'id' | 'publishedVersionId' | 'lastVersion'>): number =>
      run(sql.insertInto('images').values({ ...image, publishedVersionId: null })).insertedId,
    update(id: number, changes: Partial<Omit<ImageRow, 'id' | 'lastVersion'>>): void {
      run(sql.updateTable('images').set(changes).where('id', '=', id));
    },
    /** With its versions and draft; fails with `in_use` while an entry refers to it. */
    remove,

    versions: (imageId: number): VersionRow[] =>
      all(versions.where('imageId', '=', imageId).orderBy('number')),
    allVersions: (): VersionRow[] => all(versions.orderBy('id')),
    findVersion: (id: number): VersionRow | undefined => find(versions.where('id', '=', id)),
    /** Numbered one higher than any before it, those that were removed since included. */
    addVersion: (version: Omit<VersionRow, 'id' | 'number'>): VersionRow =>
      transaction(() => {
        const image = find(images.where('id', '=', version.imageId));
        const row = { ...version, number: 1 + (image?.lastVersion ?? 0) };
        const { insertedId: id } = run(sql.insertInto('versions').values(row));
        const changes = { lastVersion: row.number };
        run(sql.updateTable('images').set(changes).where('id', '=', version.imageId));
        return { ...row, id };
      }),
    markReady(versionId: number): void {
      run(sql.updateTable('versions').set({ state: 'ready' }).where('id', '=', versionId));
    },

    findDraft: (imageId: number): DraftRow | undefined =>
      find(sql.selectFrom('drafts').selectAll().where('imageId', '=', imageId)),
    drafts: (): DraftRow[] => all(sql.selectFrom('drafts').selectAll().orderBy('imageId')),
    removeVersion,
    /** One that was being made, and the image of a first one. */
    removeUnfinished({ id, imageId, number }: Pick<VersionRow, 'id' | 'imageId' | 'number'>): void {
      if (number === 1) remove(imageId);
      else removeVersion(id);
    },
    removeDraft(imageId: number): void {
      run(sql.deleteFrom('drafts').where('imageId', '=', imageId));
    },
    updateDraft(imageId: number, changes: Pick<DraftRow, 'sizeBytes'>): void {
      run(sql.updateTable('drafts').set(changes).where('imageId', '=', imageId));
    },
    addDraft(draft: DraftRow): void {
      run(sql.insertInto('drafts').values(draft));
    },
  };
}
