import { CafebootError } from '../../src/errors.ts';
import type { CallAgent } from '../../src/power/agent.ts';

/** PCs without a guest agent, which no magic packet reaches. */
export const noPower = {
  callAgent: (async (_message, { address }) => {
    throw new CafebootError('agent_unreachable', { address });
  }) satisfies CallAgent,
  wake: async () => {},
};
