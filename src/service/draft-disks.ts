import { CafebootError } from '../errors.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { Store } from '../store/store.ts';
import { createDraftHolders } from './draft-holders.ts';
import { imageIdsOf } from './entries.ts';
import type { Images } from './images.ts';
import { superTargetName } from './iqn.ts';
import type { Overlays } from './overlays.ts';
import type { Serialise } from './serialise.ts';
import { type AttachedDisk, attachedDisk, targetSpec } from './target-spec.ts';

export interface DraftDiskDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  images: Images;
  overlays: Overlays;
  serialise: Serialise;
  targetPrefix: () => string;
  now: () => number;
}

/** A PC in super mode, and where it is. */
interface Editor {
  mac: string;
  address: string;
}

/**
 * An entry's drafts behind its own target, which PCs in super mode write to: one PC at a time, since
 * two that write to one draft would destroy it.
 */
export function createDraftDisks(deps: DraftDiskDeps) {
  const { store, volumes, targets, images, overlays } = deps;
  const holders = createDraftHolders(deps.now);
  const nameOf = ({ name }: { name: string }) => superTargetName(deps.targetPrefix(), name);
  const inTurn = <Result>(work: () => Promise<Result>) => deps.serialise('drafts', work);

  /**
   * Throws `draft_in_use` where a PC other than `self` has one of this entry's drafts, by this or
   * another entry. One that was given it just now may have no session yet.
   */
  async function refuseEdited(entry: EntryRow, self?: Editor): Promise<void> {
    const imageIds = new Set(imageIdsOf(entry));
    const sharing = store.entries
      .list()
      .filter((each) => imageIdsOf(each).some((id) => imageIds.has(id)));
    const names = new Set(sharing.map(nameOf));
    const ids = sharing.map(({ id }) => id);
    const editor =
      holders.findOther(ids, self?.mac) ??
      (await targets.sessions()).find(
        (session) => names.has(session.target) && session.address !== self?.address,
      );
    if (editor) {
      throw new CafebootError('draft_in_use', { entry: entry.name, address: editor.address });
    }
  }

  async function specOf(entry: EntryRow): Promise<TargetSpec> {
    const disks = [];
    for (const image of overlays.imagesOf(entry)) disks.push(await images.ensureDraft(image));
    return targetSpec(volumes, { name: nameOf(entry), owner: 0, disks });
  }

  return {
    nameOf,

    /** Throws `draft_in_use`. */
    attach: (entry: EntryRow, editor: Editor): Promise<AttachedDisk> =>
      inTurn(async () => {
        await refuseEdited(entry, editor);
        const spec = await specOf(entry);
        await targets.ensure(spec);
        holders.hold(entry.id, editor.mac, editor.address);
        return attachedDisk(targets, spec);
      }),

    /**
     * Before an entry gets another name or other images: its target goes, to be made anew when it is
     * asked for. Throws `draft_in_use` while a PC writes to one of the drafts.
     */
    release: (entry: EntryRow): Promise<void> =>
      inTurn(async () => {
        await refuseEdited(entry);
        await targets.remove(nameOf(entry));
      }),

    /** Entries whose every image has a draft: their targets were there before a restart. */
    exported: (): EntryRow[] =>
      store.entries.list().filter((entry) => imageIdsOf(entry).every(store.images.findDraft)),
    restore: (entry: EntryRow) => inTurn(async () => targets.ensure(await specOf(entry))),
  };
}
