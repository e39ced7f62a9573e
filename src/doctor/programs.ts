import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../service/setting-list.ts';
import type { Check, Finding } from './check.ts';

interface Needed {
  program: string;
  package: string;
  /** Whether PCs can boot without it as things are set. */
  isVital(settings: Settings): boolean;
}

const onLvm = ({ volumeGroup }: Settings) => volumeGroup !== '';

/** What we run, and the package of Debian and Ubuntu that has it. */
const needed: readonly Needed[] = [
  { program: 'lvs', package: 'lvm2', isVital: onLvm },
  { program: 'thin_check', package: 'thin-provisioning-tools', isVital: onLvm },
  { program: 'mkfs.xfs', package: 'xfsprogs', isVital: (settings) => !onLvm(settings) },
  { program: 'qemu-img', package: 'qemu-utils', isVital: () => false },
  { program: 'targetcli', package: 'targetcli-fb', isVital: () => false },
];

/** Where root's programs are, whatever the PATH of whoever asks. */
const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Whether the programs that we run are installed. */
export const programs: Check = {
  name: 'programs',
  async run({ settings }) {
    const present = await Promise.all(needed.map(({ program }) => isInstalled(program)));
    const missing = needed.filter((_, index) => !present[index]);
    if (missing.length === 0) {
      const data = { programs: needed.map(({ program }) => program).join(', ') };
      return [{ verdict: 'ok', code: 'programs-there', data }];
    }
    return missing.map(
      ({ program, package: name, isVital }): Finding => ({
        verdict: isVital(settings) ? 'fail' : 'warn',
        code: 'program-missing',
        data: { program, package: name },
      }),
    );
  },
};

async function isInstalled(program: string): Promise<boolean> {
  const tries = folders.map((folder) => access(join(folder, program)));
  return Promise.any(tries).then(
    () => true,
    () => false,
  );
}
