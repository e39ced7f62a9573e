import { codeOf } from '../errors.ts';
import { addresses } from './addresses.ts';
import { bootFiles } from './boot-files.ts';
import type { CafeState, Check, CheckContext, Finding, Machine } from './check.ts';
import { clock } from './clock.ts';
import { dataDirectory } from './data-directory.ts';
import { dhcpServers } from './dhcp-servers.ts';
import { disks } from './disks.ts';
import { kernel } from './kernel.ts';
import { memory } from './memory.ts';
import { networkCards } from './network-cards.ts';
import { pool } from './pool.ts';
import { ports } from './ports.ts';
import { programs } from './programs.ts';
import { rivals } from './rivals.ts';
import { volumeGroup } from './volume-group.ts';

/** In the order of the report: what is below comes before what stands on it. */
const checks: readonly Check[] = [
  programs,
  kernel,
  volumeGroup,
  pool,
  disks,
  dataDirectory,
  memory,
  clock,
  networkCards,
  addresses,
  ports,
  rivals,
  dhcpServers,
  bootFiles,
];

export type NamedFinding = Finding & { check: string };
export type Doctor = ReturnType<typeof createDoctor>;

/** Looks at what a cafe's server needs in and around it. */
export function createDoctor(machine: Machine) {
  return {
    /** All findings, good ones too; it never fails, and takes some seconds. */
    async run(state: CafeState): Promise<NamedFinding[]> {
      const context = { ...machine, ...state };
      const findings = await Promise.all(checks.map((check) => runCheck(check, context)));
      return findings.flat();
    },
  };
}

/** A check that cannot do its work is a finding too. */
async function runCheck(check: Check, context: CheckContext): Promise<NamedFinding[]> {
  const findings = await check.run(context).catch((error: unknown): Finding[] => {
    const reason = error instanceof Error ? error.message : codeOf(error);
    return [{ verdict: 'fail', code: 'check-failed', data: { reason } }];
  });
  return findings.map((finding) => ({ check: check.name, ...finding }));
}
