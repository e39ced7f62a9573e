import { isIPv4 } from 'node:net';
import { type FirmwareChoice, firmwareChoices } from '../boot/firmware.ts';
import { findMac } from '../boot/mac.ts';
import { type PowerMeans, powerMeans } from '../power/means.ts';
import { isLabel } from './fields.ts';
import type { CsvColumn, CsvLine, CsvProblem, CsvProblemCode } from './host-csv.ts';
import type { Host, HostFields } from './host-fields.ts';

export type ImportedHost = HostFields & { mac: string };

/** What a list would do; with problems, nothing is done. */
export interface HostImportPlan {
  problems: CsvProblem[];
  added: (ImportedHost & { name: string })[];
  changed: ImportedHost[];
  unchanged: number;
}

interface ReadLine {
  fields: ImportedHost;
  refuse: Refuse;
}

type Refuse = (column: CsvColumn, code: CsvProblemCode, detail?: string) => undefined;

const flags = new Map<string, boolean>(
  [
    ['yes', 'on', 'true', '1', 'y', '是', '开'].map((word) => [word, true] as const),
    ['no', 'off', 'false', '0', 'n', '否', '关'].map((word) => [word, false] as const),
  ].flat(),
);
const policies = new Map<string, Host['overlay']>([
  ['discard', 'discard'],
  ['还原', 'discard'],
  ['keep', 'keep'],
  ['保留', 'keep'],
]);
const choices = new Map<string, FirmwareChoice>(firmwareChoices.map((each) => [each, each]));

/**
 * Compares a list with the hosts that there are, by MAC. An empty cell clears an address, a group or an
 * entry, and leaves anything else as it is. All that is wrong is found at once.
 */
export function planHostImport(
  lines: readonly CsvLine[],
  hosts: readonly Host[],
  entries: readonly string[],
): HostImportPlan {
  const problems: CsvProblem[] = [];
  const known = new Map(hosts.map((host) => [host.mac, host]));
  const seen = new Map<string, number>();
  const read: ReadLine[] = [];

  for (const { line, cells } of lines) {
    const refuse: Refuse = (column, code, detail = '') => {
      problems.push({ line, code, column, value: cells[column] ?? '', detail });
      return undefined;
    };
    const mac = findMac(cells.mac ?? '');
    if (mac === undefined) {
      refuse('mac', 'bad-mac');
      continue;
    }
    const first = seen.get(mac);
    if (first !== undefined) refuse('mac', 'mac-twice', String(first));
    seen.set(mac, first ?? line);
    read.push({ fields: readFields(mac, cells, entries, refuse), refuse });
  }

  refuseConflicts(read, hosts);
  const plan: HostImportPlan = { problems, added: [], changed: [], unchanged: 0 };
  for (const { fields } of read) {
    const host = known.get(fields.mac);
    if (!host) plan.added.push({ ...fields, name: fields.name ?? '' });
    else if (changes(host, fields)) plan.changed.push(fields);
    else plan.unchanged += 1;
  }
  return plan;
}

/** Names and addresses that two hosts would have in the end: two PCs may change theirs. */
function refuseConflicts(read: readonly ReadLine[], hosts: readonly Host[]): void {
  const listed = new Map(read.map(({ fields }) => [fields.mac, fields]));
  const known = new Map(hosts.map((host) => [host.mac, host]));
  const names = new Map<string, string>();
  const addresses = new Map<string, string>();
  for (const { mac, name, ip } of hosts) {
    if (listed.has(mac)) continue;
    names.set(name.toLowerCase(), name);
    if (ip !== null) addresses.set(ip, name);
  }
  for (const { fields, refuse } of read) {
    const before = known.get(fields.mac);
    const name = fields.name ?? before?.name;
    if (name === undefined) {
      refuse('name', 'no-name');
      continue;
    }
    const ip = fields.ip === undefined ? before?.ip : fields.ip;
    const namesake = names.get(name.toLowerCase());
    const neighbour = ip ? addresses.get(ip) : undefined;
    if (namesake !== undefined) refuse('name', 'name-taken', namesake);
    if (neighbour !== undefined) refuse('ip', 'ip-taken', neighbour);
    names.set(name.toLowerCase(), name);
    if (ip) addresses.set(ip, name);
  }
}

const changes = (host: Host, fields: ImportedHost): boolean =>
  Object.entries(fields).some(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(host[key as keyof Host]),
  );

const findEntry = (entries: readonly string[], name: string): string | undefined =>
  entries.find((each) => each.toLowerCase() === name.toLowerCase());

function readFields(
  mac: string,
  cells: CsvLine['cells'],
  entries: readonly string[],
  refuse: Refuse,
): ImportedHost {
  const { name = '', ip, group } = cells;
  const entry = cells.entry && findEntry(entries, cells.entry);
  if (name !== '' && !isLabel(name)) refuse('name', 'bad-name');
  if (ip && !isIPv4(ip)) refuse('ip', 'bad-ip');
  if (group && !isLabel(group)) refuse('group', 'bad-group');
  if (cells.entry && !entry) refuse('entry', 'no-entry', entries.join(', '));

  const pick = <Value>(column: CsvColumn, words: ReadonlyMap<string, Value>) => {
    const cell = (cells[column] ?? '').toLowerCase();
    if (cell === '') return undefined;
    const value = words.get(cell);
    return value === undefined ? refuse(column, 'bad-value', [...words.keys()].join(', ')) : value;
  };
  const isSuper = pick('super', flags);
  const overlay = pick('overlay', policies);
  const chap = pick('chap', flags);
  const firmware = pick('firmware', choices);
  const power = readPower(cells.power ?? '', refuse);
  return {
    mac,
    ...(name !== '' && { name }),
    ...(ip !== undefined && { ip: ip || null }),
    ...(group !== undefined && { group: group || null }),
    ...(cells.entry !== undefined && { entry: entry || null }),
    ...(isSuper !== undefined && { super: isSuper }),
    ...(overlay !== undefined && { overlay }),
    ...(chap !== undefined && { chap }),
    ...(firmware !== undefined && { firmware }),
    ...(power !== undefined && { power }),
  };
}

function readPower(cell: string, refuse: Refuse): PowerMeans[] | undefined {
  if (cell === '') return undefined;
  const words = cell.toLowerCase().split(/[\s,;、，；+]+/);
  const means = words.flatMap((word) => powerMeans.find((each) => each === word) ?? []);
  if (means.length === words.length) return [...new Set(means)];
  return refuse('power', 'bad-value', powerMeans.join(', '));
}
