import type { Logger } from 'pino';
import { CafebootError, codeOf } from '../errors.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { OverlayRow } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
import { createDraftHolders } from './draft-holders.ts';
import { imageIdsOf } from './entries.ts';
import type { Images } from './images.ts';
import { hostTargetName, superTargetName } from './iqn.ts';
import type { Overlays } from './overlays.ts';
import type { Serialise } from './serialise.ts';
import type { Settings } from './settings.ts';
import type { Timeline } from './timeline.ts';

/** What a boot script needs to attach a host's disks. */
export interface AttachedDisk {
  target: string;
  initiator: string;
  /** LUN of the os disk. */
  lun: number;
}

export interface DiskDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  images: Images;
  overlays: Overlays;
  settings: () => Settings;
  timeline: Timeline;
  serialise: Serialise;
  log: Logger;
  now: () => number;
}

const hostKey = (hostId: number) => `host:${hostId}`;

export type Disks = ReturnType<typeof createDisks>;

/** Puts overlays and drafts behind targets: the disks that PCs really get. */
export function createDisks(deps: DiskDeps) {
  const { store, volumes, targets, images, overlays, serialise, log } = deps;
  const draftHolders = createDraftHolders(deps.now);
  const prefix = () => deps.settings().targetPrefix;
  const perHost = <Result>(host: HostRow, work: () => Promise<Result>) =>
    serialise(hostKey(host.id), work);

  /** OSes find disks again by serial, so it names the image and the host, not the overlay. */
  const luns = (disks: { imageId: number; volume: string }[], owner: number) =>
    disks.map(({ imageId, volume }) => ({
      devicePath: volumes.devicePath(volume),
      serial: `cb${imageId}-${owner}`,
    }));

  function hostSpec(host: HostRow, entry: EntryRow, taken: OverlayRow[]): TargetSpec {
    const name = hostTargetName(prefix(), entry.name, host.mac);
    return { name, initiator: name, luns: luns(taken, host.id) };
  }

  async function attachOwn(host: HostRow, entry: EntryRow): Promise<AttachedDisk> {
    const { taken, replaced } = await overlays.take(host, entry);
    const spec = hostSpec(host, entry, taken);
    await targets.ensure(spec);
    await overlays.discard(replaced);
    return attached(spec);
  }

  async function attachDrafts(
    { mac }: HostRow,
    entry: EntryRow,
    address: string,
  ): Promise<AttachedDisk> {
    const editor = await findEditor(entry, mac, address);
    if (editor) {
      throw new CafebootError('draft_in_use', { entry: entry.name, address: editor.address });
    }
    const spec = await superSpec(entry);
    await targets.ensure(spec);
    draftHolders.hold(entry.id, mac, address);
    return attached(spec);
  }

  /**
   * Another PC that has one of this entry's drafts, by this or another entry: two that write to one
   * draft would destroy it. One that was given it just now may have no session yet.
   */
  async function findEditor(entry: EntryRow, mac: string, address: string) {
    const imageIds = new Set(imageIdsOf(entry));
    const sharing = store.entries
      .list()
      .filter((each) => imageIdsOf(each).some((id) => imageIds.has(id)));
    const names = new Set(sharing.map(({ name }) => superTargetName(prefix(), name)));
    const ids = sharing.map(({ id }) => id);
    return (
      draftHolders.findOther(ids, mac) ??
      (await targets.sessions()).find(
        (session) => names.has(session.target) && session.address !== address,
      )
    );
  }

  async function superSpec(entry: EntryRow): Promise<TargetSpec> {
    const name = superTargetName(prefix(), entry.name);
    const drafts = [];
    for (const image of overlays.imagesOf(entry)) drafts.push(await images.ensureDraft(image));
    return { name, initiator: name, luns: luns(drafts, 0) };
  }

  const attached = ({ name, initiator }: TargetSpec): AttachedDisk => ({
    target: name,
    initiator,
    lun: targets.firstLun,
  });

  async function dropOverlay(row: OverlayRow, entry: EntryRow | undefined): Promise<void> {
    const host = store.hosts.find('id', row.hostId);
    if (host && entry) await targets.remove(hostTargetName(prefix(), entry.name, host.mac));
    await overlays.discard([row]);
  }

  /** Failure becomes an event: one disk that cannot be had must not keep the others from their PCs. */
  async function orEvent(entry: EntryRow, host: HostRow | undefined, work: () => Promise<unknown>) {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, host: host?.name, entry: entry.name }, 'disk not made ready');
      const data = { entry: entry.name, code: codeOf(error) };
      deps.timeline.record({ kind: 'overlay.failed', level: 'error', mac: host?.mac, data });
    }
  }

  return {
    /** The disks for a boot of `entry` that starts now; `address` is the PC's. */
    attach: (host: HostRow, entry: EntryRow, address: string): Promise<AttachedDisk> =>
      host.super
        ? serialise('drafts', () => attachDrafts(host, entry, address))
        : perHost(host, () => attachOwn(host, entry)),

    /** Makes ahead, in the background, what the next boot will need. Failure becomes an event. */
    prepare(host: HostRow, entry: EntryRow): Promise<void> {
      if (host.super) return Promise.resolve();
      return perHost(host, () => orEvent(entry, host, () => overlays.prepare(host, entry)));
    },

    /** Takes all of a host's disks away, with what was written to them. */
    reset: (host: HostRow): Promise<void> =>
      perHost(host, async () => {
        for (const row of overlays.ofHost(host.id)) {
          await dropOverlay(row, store.entries.find({ id: row.entryId }));
        }
      }),

    /** Takes the disks of an entry, as it is given, away from every host: its images change or it goes. */
    async resetEntry(entry: EntryRow): Promise<void> {
      for (const row of overlays.ofEntry(entry.id)) {
        await serialise(hostKey(row.hostId), () => dropOverlay(row, entry));
      }
      await targets.remove(superTargetName(prefix(), entry.name));
    },

    /**
     * After a start: brings back the targets of PCs that may be running, and of drafts, and removes
     * targets of ours that nothing refers to.
     */
    async restore(): Promise<void> {
      const wanted = new Set<string>();
      for (const host of store.hosts.list()) {
        for (const entry of store.entries.list()) {
          const used = store.overlays.of(host.id, entry.id).filter(({ usedAt }) => usedAt !== null);
          const order = imageIdsOf(entry);
          used.sort((a, b) => order.indexOf(a.imageId) - order.indexOf(b.imageId));
          if (used.length !== order.length) continue;
          const spec = hostSpec(host, entry, used);
          wanted.add(spec.name);
          await orEvent(entry, host, () => targets.ensure(spec));
        }
      }
      for (const entry of store.entries.list()) {
        if (!imageIdsOf(entry).every((id) => store.images.findDraft(id))) continue;
        wanted.add(superTargetName(prefix(), entry.name));
        await orEvent(entry, undefined, async () => targets.ensure(await superSpec(entry)));
      }
      for (const name of await targets.list()) {
        if (name.startsWith(`${prefix()}:sn.`) && !wanted.has(name)) await targets.remove(name);
      }
    },
  };
}
