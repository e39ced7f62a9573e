/** One disk of a target, in LUN order. */
export interface Lun {
  /** File or block device, absolute. */
  devicePath: string;
  /** Shown to the PC's OS as the disk's serial; 1-16 characters of `[A-Za-z0-9-]`. */
  serial: string;
}

/**
 * How the initiator proves who it is: one-way CHAP, as in RFC 7143 section 12.1. Both are of the
 * characters that IQNs have; Windows takes secrets of 12 to 16 bytes only.
 */
export interface ChapLogin {
  /** No two targets have the same. */
  userName: string;
  secret: string;
}

/** A target as it should be. Only the listed initiator may log in. */
export interface TargetSpec {
  /** IQN, as in RFC 7143 section 4.2.7. */
  name: string;
  initiator: string;
  luns: Lun[];
  /** Without it, the initiator's name is all that is asked for. */
  chap?: ChapLogin;
}

/** A logged-in initiator. Byte counts are since its login (tgt) or since its target was made (lio, in MiB). */
export interface Session {
  /** Another one for each login to the same target. */
  id: string;
  target: string;
  initiator: string;
  address: string;
  readBytes: number;
  writtenBytes: number;
}

/** How often logins to one target were refused since it was made, or since we look; and who tried last, if that is known. */
export interface Refusals {
  target: string;
  /** The initiator's name is not the listed one. */
  wrongInitiator: number;
  /** CHAP: a wrong secret, or none. */
  wrongSecret: number;
  /** There is no such target. */
  unknownTarget: number;
  lastInitiator: string;
  lastAddress: string;
}

export type TargetState = 'missing' | 'different' | 'same';
export type EnsureOutcome = 'created' | 'replaced' | 'unchanged';

/**
 * Who exports volumes over iSCSI: `tgt` (userspace) or `lio` (kernel).
 * Errors: `not_found` where a LUN's device is missing, `target_unavailable`.
 */
export interface TargetServer {
  readonly kind: 'tgt' | 'lio';
  /** The LUN number of a target's first disk: tgt keeps 0 for its controller. */
  readonly firstLun: number;
  /** Makes the target exactly so; a changed one drops its sessions, an unchanged one keeps them. */
  ensure(spec: TargetSpec): Promise<EnsureOutcome>;
  /** What `ensure` would find, without changing anything. */
  compare(spec: TargetSpec): Promise<TargetState>;
  /** Drops its sessions and removes it; idempotent. */
  remove(name: string): Promise<void>;
  /** Lets go of disks that a crash left open and no target has; only where that can be. */
  sweep?(): Promise<void>;
  /** Names of all targets of ours, sorted. */
  list(): Promise<string[]>;
  sessions(): Promise<Session[]>;
  /** Of targets that refused anybody, or were not there; a server that does not count has none. */
  refusals(): Promise<Refusals[]>;
  /** The commands that make these targets by hand, secrets included; only where there are such. */
  asTargetcli?(specs: readonly TargetSpec[]): Promise<string>;
  close(): Promise<void>;
}
