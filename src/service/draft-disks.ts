import { CafebootError, type ErrorContext } from '../errors.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import { secretOf } from './chap.ts';
import { createDraftHolders } from './draft-holders.ts';
import { createDraftTargets, type DraftTarget } from './draft-targets.ts';
import { imageIdsOf } from './entries.ts';
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
 * Drafts behind targets, which PCs in super mode write to: one PC at a time, since two that write to one
 * draft would destroy it. A PC that captures its own disk has the draft for that behind its entry's, or alone.
 */
export function createDraftDisks(deps: DraftDiskDeps) {
  const { store, volumes, targets, versions } = deps;
  const holders = createDraftHolders(deps.now);
  const drafts = createDraftTargets(deps);
  const inTurn = <Result>(work: () => Promise<Result>) => deps.serialise('drafts', work);

  /**
   * Throws `draft_in_use` where a PC other than `self` has a draft by one of these targets. One that was
   * given it just now may have no session yet.
   */
  async function refuseEdited(names: readonly string[], context: ErrorContext, self?: Editor) {
    const editor =
      holders.findOther(names, self?.host.mac) ??
      (await targets.sessions()).find(
        ({ target, address }) => names.includes(target) && address !== self?.address,
      );
    if (editor) throw new CafebootError('draft_in_use', { ...context, address: editor.address });
  }

  async function specOf(
    { name, images }: { name: string; images: readonly ImageRow[] },
    chapSecret: string | null,
  ): Promise<TargetSpec> {
    const disks = [];
    for (const image of images) disks.push(await versions.ensureDraft(image));
    return targetSpec(volumes, { name, owner: 0, disks, chapSecret });
  }

  /** No PC has drafts by this target any more. */
  async function withdraw(name: string): Promise<void> {
    await targets.remove(name);
    for (const entry of store.entries.list()) {
      if (entry.editorHostId === null || drafts.nameOf(entry) !== name) continue;
      store.entries.update(entry.id, { editorHostId: null, editorChapSecret: null });
    }
    store.captures.endExport(name);
    holders.drop(name);
  }

  /** The editor logs in as itself: from then on no other PC can. */
  async function give(target: DraftTarget, editor: Editor, context: ErrorContext) {
    const { host, address } = editor;
    const names = drafts.namesWith(target.images.map(({ id }) => id));
    await refuseEdited(names, context, editor);
    const chapSecret = secretOf(host);
    const spec = await specOf(target, chapSecret);
    // As this PC or another one, which is off now, booted before: no draft has two targets.
    for (const { name } of drafts.given()) {
      if (name !== target.name && names.includes(name)) await withdraw(name);
    }
    // The rows first: a restart from here on makes the same target again.
    store.transaction(() => {
      store.captures.endExport(target.name);
      if (target.hasCapture) store.captures.exportBy(host.id, { target: target.name, chapSecret });
      if (target.entry === null) return;
      const given = { editorHostId: host.id, editorChapSecret: chapSecret };
      store.entries.update(target.entry.id, given);
    });
    await targets.ensure(spec);
    holders.hold(target.name, host.mac, address);
    return attachedDisk(targets, spec);
  }

  return {
    /** The entry's drafts, and behind them what the PC captures to. Throws `draft_in_use`. */
    attach: (entry: EntryRow, editor: Editor): Promise<AttachedDisk> =>
      inTurn(() => give(drafts.ofEntry(entry, editor.host), editor, { entry: entry.name })),

    /** What the PC captures to, alone. Throws `draft_in_use`, and `not_found` where that is nothing. */
    attachCapture: (editor: Editor): Promise<AttachedDisk> =>
      inTurn(async () => {
        const target = drafts.findOfCapture(editor.host);
        if (!target) {
          throw new CafebootError('not_found', { kind: 'capture', name: editor.host.name });
        }
        return give(target, editor, { image: target.images[0]?.name ?? '' });
      }),

    /** The host captures no more. Throws `draft_in_use` while it has the draft. */
    endCapture: (host: HostRow): Promise<void> =>
      inTurn(async () => {
        const capture = store.captures.find(host.id);
        if (capture?.target) {
          const image = drafts.findCaptured(host)?.name ?? '';
          await refuseEdited([capture.target], { image });
          await withdraw(capture.target);
        }
        store.captures.remove(host.id);
      }),

    /**
     * Before an entry gets another name or other images: its target goes, to be made anew when it is
     * asked for. Throws `draft_in_use` while a PC writes to one of the drafts.
     */
    release: (entry: EntryRow): Promise<void> =>
      inTurn(async () => {
        await refuseEdited(drafts.namesWith(imageIdsOf(entry)), { entry: entry.name });
        await withdraw(drafts.nameOf(entry));
      }),

    /** Before an entry is removed. */
    remove: (entry: EntryRow): Promise<void> => inTurn(() => withdraw(drafts.nameOf(entry))),

    /**
     * Runs `work` on an image's draft while no PC has it, nor can get it. Throws `draft_in_use` where one
     * does.
     */
    withoutEditor: (image: ImageRow, work: () => Promise<void>): Promise<void> =>
      inTurn(async () => {
        const names = drafts.namesWith([image.id]);
        await refuseEdited(names, { image: image.name });
        for (const name of names) await withdraw(name);
        await work();
      }),

    /** From a host that edits no more: nothing is left that it could log in to. */
    async takeFrom({ id }: HostRow): Promise<void> {
      const theirs = () => drafts.given().filter(({ hostId }) => hostId === id);
      if (theirs().length === 0) return;
      await inTurn(async () => {
        for (const { name } of theirs()) await withdraw(name);
      });
    },

    /** Targets by which PCs have drafts. */
    wanted(): WantedTarget[] {
      return drafts.given().map(({ name, entry, hostId }) => {
        // An entry's is shown by the entry, since any PC in super mode may have it next.
        const host = entry ? undefined : store.hosts.find('id', hostId);
        return {
          name,
          host: host?.name ?? null,
          mac: host?.mac ?? null,
          entry: entry?.name ?? null,
          inTurn: (work) =>
            inTurn(async () => {
              const now = drafts.given().find((each) => each.name === name);
              if (now) await work(await specOf(now, now.chapSecret));
            }),
        };
      });
    },

    /** An editor's OS is up: from now on its session tells whether it has the drafts. */
    editorArrived: holders.arrived,

    /** After a start: an editor that was booting meanwhile is given time to log in (again). */
    rememberEditors(): void {
      for (const { name, hostId } of drafts.given()) {
        const host = store.hosts.find('id', hostId);
        if (host) holders.hold(name, host.mac, host.ip ?? host.name);
      }
    },
  };
}
