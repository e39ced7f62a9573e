import type { CsvProblem } from '../../service/host-csv.ts';
import type { Host } from '../../service/host-fields.ts';
import type { HostImportPlan } from '../../service/host-import.ts';

/** More than anybody reads; the counts are of all. */
const shown = 300;

export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

/** What a list would do, as its preview shows it. */
export interface ImportView {
  problems: CsvProblem[];
  problemCount: number;
  added: { name: string; mac: string; ip: string; group: string; entry: string }[];
  addedCount: number;
  changed: { name: string; mac: string; changes: FieldChange[] }[];
  changedCount: number;
  unchanged: number;
  isEmpty: boolean;
}

const write = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
};

export function toImportView(plan: HostImportPlan, hosts: readonly Host[]): ImportView {
  const byMac = new Map(hosts.map((host) => [host.mac, host]));
  const { problems, added, changed, unchanged } = plan;
  return {
    problems: problems.slice(0, shown),
    problemCount: problems.length,
    added: added.slice(0, shown).map(({ name, mac, ip, group, entry }) => ({
      ...{ name, mac, ip: write(ip), group: write(group), entry: write(entry) },
    })),
    addedCount: added.length,
    changed: changed.slice(0, shown).flatMap((fields) => {
      const host = byMac.get(fields.mac);
      return host ? [{ name: host.name, mac: host.mac, changes: differences(host, fields) }] : [];
    }),
    changedCount: changed.length,
    unchanged,
    isEmpty: added.length + changed.length === 0,
  };
}

function differences(host: Host, fields: HostImportPlan['changed'][number]): FieldChange[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const before = write(host[field as keyof Host]);
    const after = write(value);
    return before === after ? [] : [{ field, before, after }];
  });
}
