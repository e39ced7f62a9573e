import type { Logger } from 'pino';
import { startAgent } from './agent/agent.ts';
import type { AgentFlags } from './cli/agent.ts';
import { signalled } from './signalled.ts';
import { run } from './storage/exec.ts';

/** Longer than a Windows PowerShell takes to start on a slow PC. */
const commandTimeoutMs = 60_000;

/** Runs the guest agent until it is told to stop. */
export async function runAgent(flags: AgentFlags, log: Logger): Promise<void> {
  const agent = await startAgent(flags, {
    platform: process.platform,
    log,
    async runCommand({ file, args, input }) {
      const options = { timeoutMs: commandTimeoutMs, ...(input !== undefined && { input }) };
      return (await run(file, args, options)).stdout;
    },
  });
  await signalled();
  await agent.close();
}
