import type { Logger } from 'pino';
import { codeOf } from '../errors.ts';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import { isExported, type OverlayRow } from '../store/overlays.ts';
import type { Store } from '../store/store.ts';
import { secretOf } from './chap.ts';
import { createDraftDisks } from './draft-disks.ts';
import { hostTargetName } from './iqn.ts';
import { offAfterMs } from './overlay-relief.ts';
import type { Overlays } from './overlays.ts';
import { hostKey, type Serialise } from './serialise.ts';
import type { Settings } from './setting-list.ts';
import { type AttachedDisk, attachedDisk, targetSpec } from './target-spec.ts';
import type { Timeline } from './timeline.ts';
import type { Versions } from './versions.ts';
import { findOwnTarget, type WantedTarget } from './wanted-targets.ts';

export interface DiskDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  versions: Versions;
  overlays: Overlays;
  settings: () => Settings;
  timeline: Timeline;
  serialise: Serialise;
  /** Whether the pool has room for what is not needed yet. */
  hasRoom: () => boolean;
  log: Logger;
  now: () => number;
}

export type Disks = ReturnType<typeof createDisks>;

/** Puts overlays and drafts behind targets: the disks that PCs really get. */
export function createDisks(deps: DiskDeps) {
  const { store, volumes, targets, overlays, serialise, log } = deps;
  const prefix = () => deps.settings().targetPrefix;
  const drafts = createDraftDisks({ ...deps, targetPrefix: prefix });
  const perHost = <Result>(host: HostRow, work: () => Promise<Result>) =>
    serialise(hostKey(host.id), work);

  async function attachOwn(host: HostRow, entry: EntryRow): Promise<AttachedDisk> {
    // One that was in super mode before has no business with drafts any more.
    await drafts.takeFrom(host);
    const name = hostTargetName(prefix(), entry.name, host.mac);
    const chapSecret = secretOf(host);
    const use = { target: name, chapSecret };
    const { taken, replaced, staleTargets } = await overlays.take(host, entry, use);
    // From before a change of the entry's name, the PC's MAC or the prefix: no disk has two targets.
    for (const stale of staleTargets) await targets.remove(stale);
    const spec = targetSpec(volumes, { name, owner: host.id, disks: taken, chapSecret });
    await targets.ensure(spec);
    await overlays.discard(replaced);
    return attachedDisk(targets, spec);
  }

  /** Takes all of a host's own disks away, with what was written to them. */
  const reset = (host: HostRow): Promise<void> =>
    perHost(host, async () => {
      for (const row of overlays.ofHost(host.id)) await dropOverlay(row);
    });

  async function dropOverlay(row: OverlayRow): Promise<void> {
    if (isExported(row)) await targets.remove(row.target);
    await overlays.discard([row]);
  }

  /** Each in its host's turn, as it is then: a PC that boots meanwhile may have dropped it itself. */
  async function dropInTurn(rows: readonly OverlayRow[], mayGo = async (_row: OverlayRow) => true) {
    for (const { id, hostId } of rows) {
      await serialise(hostKey(hostId), async () => {
        const row = store.overlays.find(id);
        if (row && (await mayGo(row))) await dropOverlay(row);
      });
    }
  }

  /** A PC that was given it a moment ago may be between its boot script and its OS's login. */
  async function isIdle({ target, usedAt }: OverlayRow): Promise<boolean> {
    if (target === null) return true;
    if (deps.now() - (usedAt ?? 0) <= offAfterMs) return false;
    return (await targets.sessions()).every((session) => session.target !== target);
  }

  /** Failure becomes an event: one disk that cannot be had must not keep the others from their PCs. */
  async function orEvent(
    entry: EntryRow | undefined,
    host: HostRow | undefined,
    work: () => Promise<unknown>,
  ) {
    try {
      await work();
    } catch (error) {
      log.warn({ err: error, host: host?.name, entry: entry?.name }, 'disk not made ready');
      const data = { entry: entry?.name ?? null, code: codeOf(error) };
      deps.timeline.record({ kind: 'overlay.failed', level: 'error', mac: host?.mac, data });
    }
  }

  return {
    /** The disks for a boot of `entry` that starts now; `address` is the PC's. */
    attach: (host: HostRow, entry: EntryRow, address: string): Promise<AttachedDisk> =>
      host.super
        ? drafts.attach(entry, { host, address })
        : perHost(host, () => attachOwn(host, entry)),

    /** Makes ahead, in the background, what the next boot will need. Failure becomes an event. */
    prepare(host: HostRow, entry: EntryRow): Promise<void> {
      if (host.super || !deps.hasRoom()) return Promise.resolve();
      return perHost(host, () => orEvent(entry, host, () => overlays.prepare(host, entry)));
    },

    reset,

    /**
     * Drops of a host's disks what `choose` says, which is asked in the host's turn. All that one target
     * exports must go together. Tells whether anything went.
     */
    dropIdle: (host: HostRow, choose: () => Promise<OverlayRow[]>): Promise<boolean> =>
      perHost(host, async () => {
        const rows = await choose();
        for (const row of rows) await dropOverlay(row);
        return rows.length > 0;
      }),

    /** What this PC captures its own disk to, beside it. `address` is the PC's. */
    attachCapture: (host: HostRow, address: string): Promise<AttachedDisk> =>
      drafts.attachCapture({ host, address }),

    releaseDrafts: drafts.release,
    withoutEditor: drafts.withoutEditor,
    rememberEditors: drafts.rememberEditors,
    editorArrived: drafts.editorArrived,
    endCapture: drafts.endCapture,

    /** Before a host is removed: nothing is left that it could log in to. */
    async takeAll(host: HostRow): Promise<void> {
      await reset(host);
      await drafts.takeFrom(host);
    },

    /**
     * After an entry got other images: overlays of those that it has no more go at once where no PC can be
     * running from them, and else when that PC boots next.
     */
    dropOrphans: (entry: EntryRow) => dropInTurn(overlays.orphans(entry), isIdle),

    /** Before an entry is removed: takes its disks away from every host. */
    async resetEntry(entry: EntryRow): Promise<void> {
      await dropInTurn(overlays.ofEntry(entry.id));
      await drafts.remove(entry);
    },

    /** Every target that should be there now: of PCs that may be running, and of drafts. */
    wanted(): WantedTarget[] {
      const exported = Map.groupBy(
        store.overlays.list().filter(isExported),
        ({ target }) => target,
      );
      const own = exported.entries().map(([name, [first]]): WantedTarget => {
        const { hostId = 0, entryId = 0 } = first ?? {};
        const host = store.hosts.find('id', hostId);
        return {
          name,
          host: host?.name ?? null,
          mac: host?.mac ?? null,
          entry: store.entries.find({ id: entryId })?.name ?? null,
          inTurn: (work) =>
            serialise(hostKey(hostId), async () => {
              const spec = findOwnTarget(store, volumes, name);
              if (spec) await work(spec);
            }),
        };
      });
      return [...own, ...drafts.wanted()];
    },

    /**
     * An overlay whose volume is gone goes with its target. Whether it is gone is looked up in its host's
     * turn: before, a boot may just be making it. Tells whether it went.
     */
    forgetLost: ({ id, hostId }: OverlayRow): Promise<boolean> =>
      serialise(hostKey(hostId), async () => {
        const row = store.overlays.find(id);
        const present = await volumes.list();
        if (!row || present.some(({ name }) => name === row.volume)) return false;
        await dropOverlay(row);
        return true;
      }),

    /** A target of ours that nobody wants; not one that a boot has been given meanwhile. */
    async removeUnwanted(name: string): Promise<boolean> {
      if (store.overlays.exportedBy(name).length > 0) return false;
      await targets.remove(name);
      return true;
    },
  };
}
