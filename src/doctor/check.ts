import type { Config } from '../config.ts';
import type { BootFiles } from '../service/boot-files.ts';
import type { DhcpSearch } from '../service/dhcp-search.ts';
import type { PoolStatus } from '../service/pool-status.ts';
import type { Settings } from '../service/setting-list.ts';
import type { Run } from '../storage/exec.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/**
 * What a check can find. Each has a text in both languages under `finding.<code>`, and, where it is no
 * good news, what to do about it under `remedy.<code>`.
 */
export const findingCodes = [
  'check-failed',
  'storage-closed',
  'programs-there',
  'program-missing',
  'kernel-lio',
  'kernel-tgt',
  'kernel-no-lio',
  'kernel-no-thin',
  'group-there',
  'group-missing',
  'group-none',
  'group-partial',
  'pool-needs-check',
  'pool-good',
  'pool-filling',
  'pool-full',
  'pool-broken',
  'ports-ours',
  'ports-free',
  'port-taken',
  'rival-running',
  'rivals-none',
  'dhcp-none',
  'dhcp-router',
  'dhcp-several',
  'dhcp-only-ours',
  'dhcp-ours-off',
  'dhcp-beside-ours',
  'address-alone',
  'address-shared',
  'address-unchecked',
  'boot-file-own',
  'boot-file-stock',
  'boot-file-old',
  'boot-file-missing',
  'clock-good',
  'clock-free',
  'clock-wrong',
  'nic-good',
  'nic-unplugged',
  'nic-half-duplex',
  'nic-slow',
  'nic-mtu',
  'disk-good',
  'disk-failing',
  'disks-unchecked',
  'data-dir-good',
  'data-dir-filling',
  'data-dir-open',
  'memory-good',
  'memory-small',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** One line of the doctor's report; `data` fills its texts. */
export interface Finding {
  verdict: Verdict;
  code: FindingCode;
  data: Record<string, string | number>;
}

/** What the cafe is like: of the running server, or of its database where none runs. */
export interface CafeState {
  settings: Settings;
  /** Whether a server runs on this data directory. */
  isServing: boolean;
  /** Null where the storage could not be opened; why, in words, is its fault. */
  pool: PoolStatus | null;
  storageFault: string | null;
  hostCount: number;
}

/** The machine that is looked at. */
export interface Machine {
  config: Config;
  run: Run;
  /** A small file of the system; undefined where it is not, or not for us. */
  readText(path: string): Promise<string | undefined>;
  findDhcpServers: DhcpSearch['find'];
  describeBootFiles: BootFiles['describe'];
  /** Epoch milliseconds. */
  now: () => number;
}

/** What checks may look at. */
export type CheckContext = Machine & CafeState;

/** Looks at one part of the machine, changes nothing, and takes some seconds at most. */
export interface Check {
  name: string;
  run(context: CheckContext): Promise<Finding[]>;
}
