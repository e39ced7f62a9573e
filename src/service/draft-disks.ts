import { CafebootError } from '../errors.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import { secretOf } from './chap.ts';
import { createDraftHolders } from './draft-holders.ts';
import { imageIdsOf } from './entries.ts';
import { superTargetName } from './iqn.ts';
import type { Overlays } from './overlays.ts';
import type { Serialise } from './serialise.ts';
import { type AttachedDisk, attachedDisk, targetSpec } from './target-spec.ts';
import type { Versions } from './versions.ts';
import type { WantedTarget } from './wanted-targets.ts';

export interface DraftDiskDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  versions: Versions;
  overlays: Overlays;
  serialise: Serialise;
  targetPrefix: () => string;
  now: () => number;
}

/** A PC in super mode, and where it is. */
interface Editor {
  host: HostRow;
  address: string;
}

/**
 * An entry's drafts behind its own target, which PCs in super mode write to: one PC at a time, since
 * two that write to one draft would destroy it.
 */
export function createDraftDisks(deps: DraftDiskDeps) {
  const { store, volumes, targets, versions, overlays } = deps;
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
      holders.findOther(ids, self?.host.mac) ??
      (await targets.sessions()).find(
        (session) => names.has(session.target) && session.address !== self?.address,
      );
    if (editor) {
      throw new CafebootError('draft_in_use', { entry: entry.name, address: editor.address });
    }
  }

  async function specOf(entry: EntryRow, chapSecret: string | null): Promise<TargetSpec> {
    const disks = [];
    for (const image of overlays.imagesOf(entry)) disks.push(await versions.ensureDraft(image));
    return targetSpec(volumes, { name: nameOf(entry), owner: 0, disks, chapSecret });
  }

  /** No PC has the entry's drafts any more. */
  async function withdraw(entry: EntryRow): Promise<void> {
    await targets.remove(nameOf(entry));
    store.entries.update(entry.id, { editorHostId: null, editorChapSecret: null });
    holders.drop(entry.id);
  }

  return {
    nameOf,

    /** The editor logs in as itself: from then on no other PC can. Throws `draft_in_use`. */
    attach: (entry: EntryRow, editor: Editor): Promise<AttachedDisk> =>
      inTurn(async () => {
        await refuseEdited(entry, editor);
        const { host, address } = editor;
        const editorChapSecret = secretOf(host);
        const spec = await specOf(entry, editorChapSecret);
        // The row first: a restart from here on makes the same target again.
        store.entries.update(entry.id, { editorHostId: host.id, editorChapSecret });
        await targets.ensure(spec);
        holders.hold(entry.id, host.mac, address);
        return attachedDisk(targets, spec);
      }),

    /**
     * Before an entry gets another name or other images: its target goes, to be made anew when it is
     * asked for. Throws `draft_in_use` while a PC writes to one of the drafts.
     */
    release: (entry: EntryRow): Promise<void> =>
      inTurn(async () => {
        await refuseEdited(entry);
        await withdraw(entry);
      }),

    /**
     * Runs `work` on an image's draft while no PC has it, nor can get it. Throws `draft_in_use` where one
     * does.
     */
    withoutEditor: (imageId: number, work: () => Promise<void>): Promise<void> =>
      inTurn(async () => {
        const having = store.entries.list().filter((entry) => imageIdsOf(entry).includes(imageId));
        for (const entry of having) await refuseEdited(entry);
        for (const entry of having) await withdraw(entry);
        await work();
      }),

    /** From a host that edits no more: nothing is left that it could log in to. */
    async takeFrom({ id }: HostRow): Promise<void> {
      const isTheirs = ({ editorHostId }: EntryRow) => editorHostId === id;
      if (!store.entries.list().some(isTheirs)) return;
      await inTurn(async () => {
        for (const entry of store.entries.list().filter(isTheirs)) await withdraw(entry);
      });
    },

    /** Of entries whose drafts a PC has. */
    wanted(): WantedTarget[] {
      return edited().map((entry) => ({
        name: nameOf(entry),
        host: null,
        mac: null,
        entry: entry.name,
        inTurn: (work) =>
          inTurn(async () => {
            const now = edited().find(({ id }) => id === entry.id);
            if (now) await work(await specOf(now, now.editorChapSecret));
          }),
      }));
    },

    /** After a start: an editor that was booting meanwhile is given time to log in (again). */
    rememberEditors(): void {
      for (const { id, editorHostId } of edited()) {
        const host = store.hosts.find('id', editorHostId ?? 0);
        if (host) holders.hold(id, host.mac, host.ip ?? host.name);
      }
    },
  };

  /** Entries whose drafts a PC has. */
  function edited(): EntryRow[] {
    return store.entries
      .list()
      .filter(({ editorHostId }) => editorHostId !== null)
      .filter((entry) => imageIdsOf(entry).every(store.images.findDraft));
  }
}
