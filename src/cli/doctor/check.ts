import type { Config } from '../../config.ts';
import type { BootFiles } from '../../service/boot-files.ts';
import type { DhcpSearch } from '../../service/dhcp-search.ts';
import type { Settings } from '../../service/setting-list.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

/**
 * What a check can find. Each has a text in both languages under `finding.<code>`, and, where it is no
 * good news, what to do about it under `remedy.<code>`.
 */
export const findingCodes = [
  'check-failed',
  'dhcp-none',
  'dhcp-router',
  'dhcp-several',
  'dhcp-only-ours',
  'dhcp-ours-off',
  'dhcp-beside-ours',
  'boot-file-own',
  'boot-file-stock',
  'boot-file-old',
  'boot-file-missing',
] as const;
export type FindingCode = (typeof findingCodes)[number];

/** One line of the doctor's report; `data` fills its texts. */
export interface Finding {
  verdict: Verdict;
  code: FindingCode;
  data: Record<string, string | number>;
}

/** What checks may look at. */
export interface CheckContext {
  config: Config;
  settings: Settings;
  /** Whether a server runs on this data directory. */
  isServing: boolean;
  findDhcpServers: DhcpSearch['find'];
  describeBootFiles: BootFiles['describe'];
}

/** Looks at one part of the machine, changes nothing, and takes some seconds at most. */
export interface Check {
  name: string;
  run(context: CheckContext): Promise<Finding[]>;
}
