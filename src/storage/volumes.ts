import type { ReadCache } from './read-cache.ts';

/** A block device or file that holds one disk's bytes. */
export interface Volume {
  name: string;
  /** What the disk looks like to a PC. */
  sizeBytes: number;
  /** Bytes allocated to it, shared ones included. */
  usedBytes: number;
  /** Whether `devicePath` can be opened now; after a reboot a volume may have to be activated first. */
  isActive: boolean;
}

/** The parts of a pool that fill each on their own: what is written, and who has which of it. */
export type PoolSpace = 'data' | 'metadata';

/**
 * `good`; `full`: whoever writes where it has not written before gets an error; `read-only`: nor can
 * anything be made or removed, until metadata grows; `failed`: only a repair helps. What was written is
 * read in all but the last.
 */
export type PoolHealth = 'good' | 'full' | 'read-only' | 'failed';

/** How full the pool is. `metadata` only where the store has a separate space for it. */
export interface Capacity {
  totalBytes: number;
  usedBytes: number;
  metadata?: { totalBytes: number; usedBytes: number };
  health: PoolHealth;
  /** What `growPool` could still take; absent where a pool has what it has. */
  growableBytes?: number;
}

/**
 * Where disks live: `reflink` (files on XFS or btrfs) or `lvm-thin`. Every operation but `create`
 * of data is O(1) in the size of the disk. Names match `[A-Za-z0-9_-]{1,100}`; a store sees and
 * touches only volumes of its own pool.
 *
 * Errors: `not_found`, `already_exists`, `in_use`, `no_space`, `invalid_value` for a bad name or size.
 */
export interface VolumeStore {
  readonly kind: 'reflink' | 'lvm-thin';
  /** Makes a zeroed volume; space is taken only as it is written. */
  create(name: string, sizeBytes: number): Promise<void>;
  /** Makes `name` a writable copy-on-write copy of `origin` as it is now. */
  snapshot(origin: string, name: string): Promise<void>;
  /** Idempotent: a volume that is not there is fine. */
  remove(name: string): Promise<void>;
  /** Grows a volume; never shrinks one. */
  grow(name: string, sizeBytes: number): Promise<void>;
  list(): Promise<Volume[]>;
  /**
   * What each of these shares with no other volume of the pool: removing it frees as much. Those that it cannot
   * be told of are left out. It may take a minute, and reads where all data of the pool is: not to be asked often.
   */
  ownBytes(names: readonly string[]): Promise<Map<string, number>>;
  /**
   * Ends an `ownBytes` that runs, which throws `task_cancelled`. Only where what is removed gives back nothing
   * as long as that runs.
   */
  stopOwnBytes?(): Promise<void>;
  /** Fine for one that is active. */
  activate(name: string): Promise<void>;
  /** Where the volume's bytes can be opened; the path does not change while the volume lives. */
  devicePath(name: string): string;
  capacity(): Promise<Capacity>;
  /** Where the store can have one. */
  readonly readCache?: ReadCache;
  /**
   * Makes the pool larger while it is used, by at most this, rounded down to the unit that space is given
   * out in. Growing metadata may cost as much again for its spare copy. Throws `no_space`.
   */
  growPool?(space: PoolSpace, byBytes: number): Promise<void>;
  close(): Promise<void>;
}
