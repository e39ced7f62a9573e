import { CafebootError } from '../errors.ts';

/** A message to a guest agent, as the Thrift service has it. */
export interface AgentMessage {
  version: number;
  type: number;
  body: Buffer;
  host?: string | undefined;
}

export interface AgentAnswer {
  code: number;
  message: Buffer;
}

export interface AgentPlace {
  address: string;
  port: number;
  /** Whether it is this PC that answers there; asked once there is a connection, before anything is said. */
  isIt: () => Promise<boolean>;
}

/** Throws `agent_unreachable`, `agent_elsewhere`, `agent_timeout` or `agent_failed`. */
export type CallAgent = (message: AgentMessage, where: AgentPlace) => Promise<AgentAnswer>;

/** Message types of ours that guest agents answer; see src/thrift/preset.thrift. */
const types = { off: 1000, reboot: 1001, report: 1002 };
const version = 0x01000001;

/** What the server itself asks of guest agents. Each call throws as `CallAgent`, or `agent_failed` with the agent's reason. */
export function createAgentCalls(call: CallAgent) {
  async function ask(type: number, where: AgentPlace): Promise<Buffer> {
    const { code, message } = await call({ version, type, body: Buffer.alloc(0) }, where);
    if (code === 0) return message;
    const reason = `${message.toString()} (${code})`;
    throw new CafebootError('agent_failed', { address: where.address, reason });
  }
  return {
    async switch(action: 'off' | 'reboot', where: AgentPlace) {
      await ask(types[action], where);
    },
    /** The JSON text that it reports when its OS starts. */
    report: async (where: AgentPlace): Promise<string> =>
      (await ask(types.report, where)).toString(),
  };
}
