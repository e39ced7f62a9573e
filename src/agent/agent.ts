import { isIPv4 } from 'node:net';
import type { Logger } from 'pino';
import { CafebootError } from '../errors.ts';
import { startPresetListener } from '../thrift/listener.ts';
import { createLinux } from './linux.ts';
import { createMessageHandler } from './messages.ts';
import type { OperatingSystem, RunCommand } from './os.ts';
import { makeReport, reportUntilTaken } from './report.ts';
import { createWindows } from './windows.ts';

export interface AgentOptions {
  /** The server's address; found by the PC's own boot where nobody says it. */
  server?: string | undefined;
  /** Where the server takes reports. */
  serverPort: number;
  /** Where the agent is called. */
  port: number;
}

export interface AgentDeps {
  runCommand: RunCommand;
  platform: NodeJS.Platform;
  log: Logger;
}

/** Callers that the log names; more of them are a flood. */
const namedCallers = 64;

/**
 * The guest agent: runs inside a PC's OS, answers its server alone, and tells it that the OS is up.
 * Throws `agent_no_server` where it does not find which server that is, and as `startPresetListener`.
 */
export async function startAgent(options: AgentOptions, { runCommand, platform, log }: AgentDeps) {
  const system: OperatingSystem =
    platform === 'win32' ? createWindows(runCommand) : createLinux(runCommand);
  const serverAddress = options.server ?? (await system.findServer());
  if (serverAddress === undefined) throw new CafebootError('agent_no_server');
  if (!isIPv4(serverAddress)) {
    const reason = 'it is an IPv4 address';
    throw new CafebootError('invalid_value', { field: 'server', value: serverAddress, reason });
  }
  const refused = new Set<string>();
  const listener = await startPresetListener({
    address: '0.0.0.0',
    port: options.port,
    handler: createMessageHandler({ system, serverAddress, log }),
    isAllowed: (address) => address === serverAddress,
    onRefused(address) {
      if (refused.has(address) || refused.size >= namedCallers) return;
      refused.add(address);
      log.warn({ address }, 'caller refused: it is not the server');
    },
  });
  const stop = new AbortController();
  const reporting = reportUntilTaken({
    url: `http://${serverAddress}:${options.serverPort}/report/os`,
    report: () => makeReport(system),
    log,
    signal: stop.signal,
  });
  log.info({ server: serverAddress, port: listener.port }, 'guest agent is ready');
  return {
    async close(): Promise<void> {
      stop.abort();
      await listener.close();
      await reporting;
    },
  };
}
