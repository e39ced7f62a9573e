import type { Settings } from '../service/setting-list.ts';
import type { Check, Finding } from './check.ts';

/** What the kernel has, loaded or to be loaded when it is needed. */
export interface KernelParts {
  lio: boolean;
  thin: boolean;
}

/** Whether the kernel can export disks by itself, and has thin volumes where they are used. */
export const kernel: Check = {
  name: 'kernel',
  async run({ settings, run }) {
    const has = (module: string) =>
      run('modprobe', ['--dry-run', '--quiet', module]).then(
        () => true,
        () => false,
      );
    const [lio, thin] = await Promise.all([has('iscsi_target_mod'), has('dm_thin_pool')]);
    return judgeKernel({ lio, thin }, settings);
  },
};

export function judgeKernel(
  { lio, thin }: KernelParts,
  { targetServer, volumeGroup }: Pick<Settings, 'targetServer' | 'volumeGroup'>,
): Finding[] {
  const findings: Finding[] = [judgeTarget(lio, targetServer)];
  if (volumeGroup !== '' && !thin)
    findings.push({ verdict: 'fail', code: 'kernel-no-thin', data: {} });
  return findings;
}

function judgeTarget(lio: boolean, targetServer: Settings['targetServer']): Finding {
  if (lio && targetServer !== 'tgt') return { verdict: 'ok', code: 'kernel-lio', data: {} };
  if (targetServer === 'lio') return { verdict: 'fail', code: 'kernel-no-lio', data: {} };
  return { verdict: lio ? 'ok' : 'warn', code: 'kernel-tgt', data: {} };
}
