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

/**
 * The kernel never asks the LAN for its own addresses; iputils' arping does (RFC 5227's probe), and fails
 * where one answers. Another program of that name takes `-D` for something else and prints neither line.
 */
export async function findSharer(
  { name, address }: Pick<LanInterface, 'name' | 'address'>,
  run: Run,
): Promise<Finding> {
  const data = { lan: `${name} (${address})` };
  const unchecked: Finding = { verdict: 'ok', code: 'address-unchecked', data };
  try {
    const { stdout } = await run('arping', ['-D', '-c', '2', '-w', '3', '-I', name, address]);
    const isAlone = /^Received 0 response/m.test(stdout);
    return isAlone ? { verdict: 'ok', code: 'address-alone', data } : unchecked;
  } catch (error) {
    if (hasCode(error, 'command_missing')) return unchecked;
    if (hasCode(error, 'command_failed') && error.context.exitCode === 1) {
      const mac = findMac(error);
      if (mac === undefined) return unchecked;
      return { verdict: 'fail', code: 'address-shared', data: { ...data, mac } };
    }
    throw error;
  }
}

/** Of whoever answers, as arping prints it. */
function findMac({ cause }: Error): string | undefined {
  const { stdout = '' } = (cause ?? {}) as { stdout?: unknown };
  return /reply from \S+ \[([0-9A-Fa-f:]{17})\]/.exec(String(stdout))?.[1]?.toLowerCase();
}
