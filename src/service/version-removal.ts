import { CafebootError, type ErrorCode, hasCode } from '../errors.ts';
import type { ImageRow, VersionRow } from '../store/images.ts';
import { isUsed } from '../store/overlays.ts';
import { getImage, getVersion } from './image-lookup.ts';
import { hostKey, imageKey } from './serialise.ts';
import { chooseUnused } from './unused-versions.ts';
import type { VersionDeps } from './versions.ts';

/** A version that went. */
export interface RemovedVersion {
  image: string;
  number: number;
  sizeBytes: number;
  /** Epoch milliseconds. */
  createdAt: number;
}

/** What began to use a version, or removed it, between the choice and the deed. */
const refusals: readonly ErrorCode[] = ['version_in_use', 'not_found', 'in_use'];

/** Versions go: one that somebody names, or those that nobody uses, by the setting `versionsKept`. */
export function createVersionRemoval(deps: VersionDeps) {
  const { store, volumeLife, overlays, timeline, serialise } = deps;

  /** Throws `version_in_use` with who needs the version. */
  function refuseUsed(image: ImageRow, version: VersionRow): void {
    const refuse = (by: string) => {
      throw new CafebootError('version_in_use', { image: image.name, version: version.number, by });
    };
    if (image.publishedVersionId === version.id) refuse('published');
    if (deps.isHeld(version.id)) refuse('export');
    if (store.images.findDraft(image.id)?.baseVersionId === version.id) refuse('draft');
    const hosts = store.overlays.ofVersion(version.id).map(({ hostId }) => hostId);
    const names = [...new Set(hosts)].map((id) => store.hosts.find('id', id)?.name ?? '');
    if (names.length > 0) refuse(names.slice(0, 10).join(', '));
  }

  /** Overlays made ahead of it for boots that will get another version: nobody has written to them. */
  async function dropPrepared(version: VersionRow): Promise<void> {
    for (const { id, hostId } of store.overlays.ofVersion(version.id)) {
      await serialise(hostKey(hostId), async () => {
        const row = store.overlays.find(id);
        if (row && !isUsed(row)) await overlays.discard([row]);
      });
    }
  }

  async function remove({ id, name }: ImageRow, number: number): Promise<RemovedVersion> {
    const getRow = () => {
      const image = store.images.find({ id });
      if (!image) throw new CafebootError('not_found', { kind: 'image', name });
      return { image, version: getVersion(store, image, number) };
    };
    const { image: before, version: chosen } = getRow();
    if (before.publishedVersionId !== chosen.id) await dropPrepared(chosen);
    return serialise(imageKey(id), async () => {
      const { image, version } = getRow();
      refuseUsed(image, version);
      await volumeLife.discard([version.volume], () => store.images.removeVersion(version.id));
      timeline.record({ kind: 'image.version-removed', data: { image: name, version: number } });
      const { sizeBytes, createdAt } = version;
      return { image: name, number, sizeBytes, createdAt };
    });
  }

  function findUnused(image?: ImageRow): VersionRow[] {
    const versions = image ? store.images.versions(image.id) : store.images.allVersions();
    const usedIds = new Set([
      ...store.images.list().map(({ publishedVersionId }) => publishedVersionId),
      ...store.images.drafts().map(({ baseVersionId }) => baseVersionId),
      ...store.overlays.list().flatMap((row) => (isUsed(row) ? [row.versionId] : [])),
      ...versions.flatMap(({ id }) => (deps.isHeld(id) ? [id] : [])),
    ]);
    return chooseUnused(versions, usedIds, deps.settings().versionsKept);
  }

  /**
   * Frees versions of this image, or of all, oldest first: those that no PC's disk, draft or export stems
   * from, that are not published, and that the setting does not keep. Tells which went. Throws `not_found`.
   */
  async function removeUnused(name?: string, limit = Infinity): Promise<RemovedVersion[]> {
    const removed: RemovedVersion[] = [];
    const image = name === undefined ? undefined : getImage(store, name);
    for (const { imageId, number } of findUnused(image)) {
      if (removed.length >= limit) break;
      const row = store.images.find({ id: imageId });
      if (!row) continue;
      try {
        removed.push(await remove(row, number));
      } catch (error) {
        if (!refusals.some((code) => hasCode(error, code))) throw error;
      }
    }
    return removed;
  }

  return {
    remove,
    removeUnused,
    /** To be called again and again while space is short: one version goes, or none is left that may. */
    removeOldestUnused: async (): Promise<RemovedVersion | undefined> =>
      (await removeUnused(undefined, 1)).at(0),
  };
}
