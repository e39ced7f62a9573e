import type { Check, Finding } from './check.ts';

/** Whether the volume group of the settings is on this machine's disks. */
export const volumeGroup: Check = {
  name: 'volume group',
  async run({ settings, run }) {
    const name = settings.volumeGroup;
    if (name === '') return [{ verdict: 'ok', code: 'group-none', data: {} }];
    const { stdout } = await run('vgs', ['--noheadings', '-o', 'vg_name']);
    return [judgeGroup(name, stdout.split(/\s+/).filter(Boolean))];
  },
};

export function judgeGroup(name: string, present: string[]): Finding {
  const data = { name, present: present.join(', ') || '-' };
  if (present.includes(name)) return { verdict: 'ok', code: 'group-there', data };
  return { verdict: 'fail', code: 'group-missing', data };
}
