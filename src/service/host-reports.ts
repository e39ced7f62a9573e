import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import { type Boot, groupBoots } from './boot-history.ts';
import type { Hosts } from './hosts.ts';
import type { Timeline } from './timeline.ts';

export interface HostReportDeps {
  store: Store;
  volumes: VolumeStore;
  hosts: Hosts;
  timeline: Timeline;
  now: () => number;
}

/** One of a host's overlays. */
export interface HostDisk {
  entry: string;
  image: string;
  /** Number of the version that it stems from. */
  version: number;
  /** Whether the next boot would get this version too. */
  isPublished: boolean;
  policy: 'discard' | 'keep';
  /** What the PC sees. */
  sizeBytes: number;
  /** Allocated, what it shares with its version included; null where its volume is gone. */
  usedBytes: number | null;
  createdAt: number;
  /** When a boot was given it; null while it waits for one. */
  usedAt: number | null;
}

/** Events looked at: some hundred boots. */
const eventLimit = 3_000;

export type HostReports = ReturnType<typeof createHostReports>;

/** What is known of one PC: how it booted, and what its disks hold. */
export function createHostReports({ store, volumes, hosts, timeline, now }: HostReportDeps) {
  return {
    /** The newest first. Throws `not_found`. */
    boots(key: string, limit = 50): Boot[] {
      const { mac } = hosts.getRow(key);
      return groupBoots(timeline.list({ mac, limit: eventLimit }), now()).slice(0, limit);
    },

    /** Throws `not_found`. */
    async disk(key: string): Promise<HostDisk[]> {
      const { id } = hosts.getRow(key);
      const rows = store.overlays.ofHost(id);
      if (rows.length === 0) return [];
      const used = new Map((await volumes.list()).map((each) => [each.name, each.usedBytes]));
      return rows.map((row) => {
        const image = store.images.find({ id: row.imageId });
        const version = store.images.findVersion(row.versionId);
        return {
          entry: store.entries.find({ id: row.entryId })?.name ?? '',
          image: image?.name ?? '',
          version: version?.number ?? 0,
          isPublished: image?.publishedVersionId === row.versionId,
          policy: row.policy,
          sizeBytes: version?.sizeBytes ?? 0,
          usedBytes: used.get(row.volume) ?? null,
          createdAt: row.createdAt,
          usedAt: row.usedAt,
        };
      });
    },
  };
}
