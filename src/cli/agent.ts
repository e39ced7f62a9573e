import { type Command, InvalidArgumentError, Option } from 'commander';

/** Which server a guest agent belongs to, and the ports. */
export interface AgentFlags {
  server?: string;
  serverPort: number;
  port: number;
}

/** `cafeboot agent`: runs inside a PC's OS, until it is told to stop. */
export function addAgentCommand(program: Command, run: (flags: AgentFlags) => Promise<void>): void {
  withAgentFlags(program.command('agent'))
    .description("the guest agent: run it inside the PCs' OS")
    .action(run);
}

/** The flags alone: the small program that has the agent alone takes the same. */
export const withAgentFlags = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--server <address>',
        'its server; else the kernel command line (cafeboot.server=) or the iBFT says it',
      ).env('CAFEBOOT_SERVER'),
    )
    .addOption(
      new Option('--server-port <port>', "the server's port for boot scripts and reports")
        .argParser(parsePort)
        .default(8080)
        .env('CAFEBOOT_SERVER_PORT'),
    )
    .addOption(
      new Option('--port <port>', 'where the server calls it')
        .argParser(parsePort)
        .default(9090)
        .env('CAFEBOOT_AGENT_PORT'),
    );

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('not a port number');
}
