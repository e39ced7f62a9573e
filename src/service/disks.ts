import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import type { TargetServer, TargetSpec } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { OverlayRow } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
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

/** From its boot script on, a PC may be without a session this long: iPXE logs out before its OS logs in. */
const draftHandoverMs = 120_000;

/** The PC that was given an entry's drafts last. */
interface DraftHolder {
  mac: string;
  address: string;
  since: number;
}

export type Disks = ReturnType<typeof createDisks>;

/** Puts overlays and drafts behind targets: the disks that PCs really get. */
export function createDisks(deps: DiskDeps) {
  const { store, volumes, targets, images, overlays, serialise, log } = deps;
  const draftHolders = new Map<number, DraftHolder>();
  const prefix = () => deps.settings().targetPrefix;
  const perHost = <Result>(host: HostRow, work: () => Promise<Result>) =>
    serialise(`host:${host.id}`, work);

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
    draftHolders.set(entry.id, { mac, address, since: deps.now() });
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
    const starting = sharing
      .map(({ id }) => draftHolders.get(id))
      .find((holder) => holder?.mac !== mac && isStarting(holder));
    return (
      starting ??
      (await targets.sessions()).find(
        (session) => names.has(session.target) && session.address !== address,
      )
    );
  }

  const isStarting = (holder: DraftHolder | undefined) =>
    holder !== undefined && deps.now() - holder.since <= draftHandoverMs;

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

  async function dropOverlays(rows: OverlayRow[]): Promise<void> {
    for (const row of rows) {
      const host = store.hosts.find('id', row.hostId);
      const entry = store.entries.find({ id: row.entryId });
      if (host && entry) await targets.remove(hostTargetName(prefix(), entry.name, host.mac));
    }
    await overlays.discard(rows);
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
      return perHost(host, () => overlays.prepare(host, entry)).catch((error: unknown) => {
        log.warn({ err: error, host: host.name, entry: entry.name }, 'overlay not prepared');
        const code = error instanceof CafebootError ? error.code : 'internal';
        const data = { entry: entry.name, code };
        deps.timeline.record({ kind: 'overlay.failed', level: 'error', mac: host.mac, data });
      });
    },

    /** Takes all of a host's disks away, with what was written to them. */
    reset: (host: HostRow): Promise<void> =>
      perHost(host, () => dropOverlays(overlays.ofHost(host.id))),

    /** Takes an entry's disks away from every host, before its images change or it goes. */
    async resetEntry(entry: EntryRow): Promise<void> {
      await dropOverlays(overlays.ofEntry(entry.id));
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
          await targets.ensure(spec);
          wanted.add(spec.name);
        }
      }
      for (const entry of store.entries.list()) {
        if (!imageIdsOf(entry).every((id) => store.images.findDraft(id))) continue;
        const spec = await superSpec(entry);
        await targets.ensure(spec);
        wanted.add(spec.name);
      }
      for (const name of await targets.list()) {
        if (name.startsWith(`${prefix()}:sn.`) && !wanted.has(name)) await targets.remove(name);
      }
    },

    sessions: targets.sessions,
  };
}
