import { namesToServe } from '../config.ts';
import { hasCode } from '../errors.ts';
import { chooseInterfaces, type LanInterface } from '../net/interfaces.ts';
import type { Run } from '../storage/exec.ts';
import type { Check, Finding } from './check.ts';

/** Whether another device answers for an address of ours: PCs would find now us, now it. */
export const addresses: Check = {
  name: 'addresses',
  run: ({ config, settings, run }) =>
    Promise.all(
      chooseInterfaces(namesToServe(config, settings)).map((lan) => findSharer(lan, run)),
    ),
};

/** The kernel never asks the LAN for its own addresses; arping does (RFC 5227's probe), and fails where one answers. */
async function findSharer({ name, address }: LanInterface, run: Run): Promise<Finding> {
  const data = { lan: `${name} (${address})` };
  try {
    await run('arping', ['-D', '-c', '2', '-w', '3', '-I', name, address]);
    return { verdict: 'ok', code: 'address-alone', data };
  } catch (error) {
    if (hasCode(error, 'command_missing'))
      return { verdict: 'ok', code: 'address-unchecked', data };
    if (hasCode(error, 'command_failed') && error.context.exitCode === 1) {
      const mac = findMac(error);
      return { verdict: 'fail', code: 'address-shared', data: { ...data, mac } };
    }
    throw error;
  }
}

/** Of whoever answers, as arping prints it. */
function findMac({ cause }: Error): string {
  const { stdout = '' } = (cause ?? {}) as { stdout?: unknown };
  return /reply from \S+ \[([0-9A-Fa-f:]{17})\]/.exec(String(stdout))?.[1]?.toLowerCase() ?? '?';
}
