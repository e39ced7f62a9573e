import { CafebootError } from '../errors.ts';
import {
  type AgentAnswer,
  type AgentMessage,
  type AgentPlace,
  type CallAgent,
  createAgentCalls,
} from '../power/agent.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Hosts } from './hosts.ts';
import { type HostOs, type OsReports, parseOsReport } from './os-reports.ts';
import type { Presences } from './presence.ts';
import type { Settings } from './setting-list.ts';
import { whoIsAt } from './who-is-at.ts';

export interface AgentDeps {
  hosts: Hosts;
  osReports: OsReports;
  presences: Presences;
  settings: () => Settings;
  callAgent: CallAgent;
  /** The MAC that the kernel's neighbour table has for an IPv4 address. */
  findNeighbour: (address: string) => Promise<string | undefined>;
}

export type Agents = ReturnType<typeof createAgents>;

/**
 * The guest agents inside the PCs' OSes. Each call throws `not_found` for an unknown host, and
 * `agent_unreachable`, `agent_elsewhere`, `agent_timeout` or `agent_failed`.
 */
export function createAgents(deps: AgentDeps) {
  const { hosts, osReports, presences, settings, callAgent } = deps;
  const calls = createAgentCalls(callAgent);

  /** Where it was seen last: by DHCP since we started, by its OS before, else where it is registered. */
  const addressOf = (host: HostRow): string | undefined =>
    presences.addressOf(host.mac) ?? osReports.find(host)?.address ?? host.ip ?? undefined;

  /** An address may be another PC's by now, which would be switched off in its place. */
  async function isAt({ mac }: HostRow, address: string): Promise<boolean> {
    const found = await whoIsAt(deps, address);
    return found === undefined || found === mac;
  }

  function whereIs(host: HostRow): AgentPlace {
    const address = addressOf(host);
    if (address === undefined) throw new CafebootError('agent_unreachable', { address: host.name });
    return { address, port: settings().agentPort, isIt: () => isAt(host, address) };
  }

  const findOs = (key: string): HostOs | undefined => osReports.find(hosts.getRow(key));

  function getOs(key: string): HostOs {
    const os = findOs(key);
    if (!os) throw new CafebootError('not_found', { kind: 'report', name: key });
    return os;
  }

  return {
    addressOf,
    /** Hands a message to the agent of the host with this name as it is, and its answer back. */
    forward: async (name: string, message: AgentMessage): Promise<AgentAnswer> =>
      callAgent(message, whereIs(hosts.getRow(name))),
    switch: async (host: HostRow, action: 'off' | 'reboot'): Promise<void> =>
      calls.switch(action, whereIs(host)),
    /** What the host's OS last told. Throws `not_found` for a host that is none. */
    findOs,
    /** As `findOs`; throws `not_found` too where it never told. */
    getOs,
    /** Asks it anew. */
    async refreshOs(key: string): Promise<HostOs> {
      const host = hosts.getRow(key);
      const where = whereIs(host);
      const report = parseOsReport(where.address, await calls.report(where));
      osReports.save(host, where.address, report);
      return getOs(key);
    },
  };
}
