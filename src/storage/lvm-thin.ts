import { CafebootError, hasCode } from '../errors.ts';
import type { Run } from './exec.ts';
import { createLvm } from './lvm-batch.ts';
import { createOwnBytes } from './lvm-own-bytes.ts';
import { ensureThinPool, findVolume, type ThinPoolOptions } from './lvm-pool.ts';
import { growPool, readCapacity } from './lvm-pool-space.ts';
import { type LvmVolume, parseVolumes, volumeFields } from './lvm-report.ts';
import { checkVolumeName, roundToSector } from './names.ts';
import { createReadCache } from './read-cache.ts';
import { createSettled } from './settled.ts';
import type { VolumeStore } from './volumes.ts';

export interface LvmThinOptions extends ThinPoolOptions {
  run: Run;
  /** Whether the group's disks are used through the server's memory; default: as bare disks. */
  readCache?: boolean;
  /** Told where it could not be had, because something has the bare disks open; the disks work without it. */
  onCacheFailed?: (error: unknown) => void;
  /** Told of a failed `vgcfgbackup`; disks work without it. */
  onSaveFailed?: (error: unknown) => void;
}

/** Both must be there for a volume to be ours: a name alone may be somebody else's. */
const ourPrefix = 'cb-';
const ourTag = 'cafeboot';

/**
 * Disks as thin volumes of one pool. A snapshot shares every chunk with its origin until either is
 * written, and outlives it. Volumes stay active when this is closed: PCs may be running from them.
 */
export async function startLvmThin(options: LvmThinOptions): Promise<VolumeStore> {
  const { volumeGroup, pool, run } = options;
  const lvm = createLvm(run);
  const readCache = createReadCache({ volumeGroup, lvm, run });
  if (options.readCache) await readCache.move(true).catch(options.onCacheFailed);
  await ensureThinPool(lvm, options);
  const ownBytes = createOwnBytes(lvm, options);
  // A pool that is read-only keeps it.
  await ownBytes.release().catch(() => undefined);
  // The group's description in /etc/lvm/backup. A kill leaves an older one until the next change.
  const saved = createSettled(
    () => lvm.change(['vgcfgbackup', volumeGroup]),
    options.onSaveFailed ?? (() => {}),
  );
  const path = (name: string) => {
    checkVolumeName(name);
    return `${volumeGroup}/${ourPrefix}${name}`;
  };
  const nameOf = (name: string) => {
    checkVolumeName(name);
    return ourPrefix + name;
  };
  // Without -kn, a thin snapshot is left out whenever the group is activated.
  const asOurs = ['-kn', '--addtag', ourTag];

  /**
   * lvm would write the group's whole description twice with each change: longer with every PC, and its
   * archive of 30 days would fill the server's own disk with a few hundred PCs' overlays.
   */
  async function change(command: string, ...args: string[]): Promise<void> {
    await lvm.change([command, '-y', '--autobackup', 'n', ...args]);
    saved.changed();
  }

  async function ours(): Promise<LvmVolume[]> {
    const volumes = parseVolumes(await lvm.report(['lvs', '-o', volumeFields, volumeGroup]));
    return volumes.filter(({ name, tags }) => name.startsWith(ourPrefix) && tags.includes(ourTag));
  }

  return {
    kind: 'lvm-thin',

    async create(name, sizeBytes) {
      if (!(sizeBytes > 0))
        throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
      const size = `${roundToSector(sizeBytes)}b`;
      const thin = ['--type', 'thin', '-V', size, '--thinpool', pool];
      await change('lvcreate', ...asOurs, ...thin, '-n', nameOf(name), volumeGroup);
    },

    async snapshot(origin, name) {
      await change('lvcreate', ...asOurs, '-s', '-n', nameOf(name), path(origin));
    },

    async remove(name) {
      await change('lvremove', path(name)).catch((error: unknown) => {
        if (!hasCode(error, 'not_found')) throw error;
      });
    },

    async grow(name, sizeBytes) {
      const current = await findVolume(lvm, path(name));
      if (!current) throw new CafebootError('not_found', { volume: name });
      if (sizeBytes < current.sizeBytes) {
        throw new CafebootError('invalid_value', { field: 'sizeBytes', value: sizeBytes });
      }
      if (sizeBytes === current.sizeBytes) return;
      await change('lvextend', '-L', `${roundToSector(sizeBytes)}b`, path(name));
    },

    async list() {
      return (await ours()).map(({ name, sizeBytes, dataPercent, isActive }) => ({
        name: name.slice(ourPrefix.length),
        sizeBytes,
        usedBytes: Math.round((sizeBytes * dataPercent) / 100),
        isActive,
      }));
    },

    async ownBytes(names) {
      const wanted = new Set(names.map(nameOf));
      const volumes = (await ours()).filter(({ name }) => wanted.has(name));
      if (volumes.length === 0) return new Map();
      const byId = await ownBytes.read();
      const found = new Map<string, number>();
      for (const { name, thinId } of volumes) {
        const bytes = byId.get(thinId);
        if (bytes !== undefined) found.set(name.slice(ourPrefix.length), bytes);
      }
      return found;
    },

    stopOwnBytes: ownBytes.stop,

    activate: (name) => lvm.change(['lvchange', '-y', '-ay', '-K', path(name)]),

    devicePath: (name) => `/dev/${path(name)}`,

    capacity: () => readCapacity(lvm, `${volumeGroup}/${pool}`),

    growPool: (space, byBytes) => growPool(lvm, `${volumeGroup}/${pool}`, space, byBytes),

    readCache: {
      ...readCache,
      async move(on) {
        await ownBytes.stop();
        await readCache.move(on);
      },
    },

    async close() {
      await ownBytes.stop();
      await saved.close();
    },
  };
}
