import type { Check, Finding } from './check.ts';

/** A volume group, and how many of its disks are not there. */
export interface GroupState {
  name: string;
  missingDisks: number;
}

/** Whether the volume group of the settings is on this machine's disks, whole, and its pool undamaged. */
export const volumeGroup: Check = {
  name: 'volume group',
  async run({ settings, run }) {
    const name = settings.volumeGroup;
    if (name === '') return [{ verdict: 'ok', code: 'group-none', data: {} }];
    const report = ['--noheadings', '--separator', ' ', '-o'];
    const groups = await run('vgs', [...report, 'vg_name,vg_missing_pv_count']);
    const group = judgeGroup(name, parseGroups(groups.stdout));
    if (group.code === 'group-missing') return [group];
    const selected = ['-S', `lv_name=${settings.thinPool}`, name];
    const pool = await run('lvs', [...report, 'lv_check_needed', ...selected]);
    return [group, ...judgeMetadata(`${name}/${settings.thinPool}`, pool.stdout)];
  },
};

/** Of `vgs -o vg_name,vg_missing_pv_count`. */
export function parseGroups(text: string): GroupState[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter(Boolean).map((line) => {
    const [name = '', missing] = line.split(' ');
    return { name, missingDisks: Number(missing) };
  });
}

export function judgeGroup(name: string, groups: readonly GroupState[]): Finding {
  const group = groups.find((each) => each.name === name);
  const present = groups.map((each) => each.name).join(', ') || '-';
  const data = { name, present, missing: group?.missingDisks ?? 0 };
  if (!group) return { verdict: 'fail', code: 'group-missing', data };
  if (group.missingDisks > 0) return { verdict: 'fail', code: 'group-partial', data };
  return { verdict: 'ok', code: 'group-there', data };
}

/** `told` is lvs's `lv_check_needed` of the pool: nothing, or that the kernel found its metadata damaged. */
export function judgeMetadata(pool: string, told: string): Finding[] {
  if (!told.includes('check needed')) return [];
  return [{ verdict: 'fail', code: 'pool-needs-check', data: { pool } }];
}
