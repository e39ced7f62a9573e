import type { Queries } from './queries.ts';
import type { FirmwareChoice, OverlayPolicy, PowerMeans } from './schema.ts';

/** One PC. `group` and `entry` are ids here; the service shows their names. */
export interface HostRow {
  id: number;
  mac: string;
  name: string;
  ip: string | null;
  groupId: number | null;
  entryId: number | null;
  super: boolean;
  overlay: OverlayPolicy;
  /** Whether its next boot logs in to its disks by CHAP, with `chapSecret`. */
  chap: boolean;
  chapSecret: string;
  /** How it starts. */
  firmware: FirmwareChoice;
  /** What it boots the next time only. */
  nextEntryId: number | null;
  /** The tool that it starts the next time only, in super mode. */
  nextTool: string | null;
  /** What switches it on and off, the first that can. */
  power: PowerMeans[];
  createdAt: number;
}

/** SQLite has no booleans, and no lists. */
interface Columns<Flag> {
  super: Flag;
  chap: Flag;
  power: string;
}

export type NewHost = Omit<HostRow, 'id'>;

/** Hosts and their groups. A group lives as long as a host is in it. */
export function createHostRepository({ sql, all, find, run, transaction }: Queries) {
  const toFlag = (value: boolean) => (value ? (1 as const) : (0 as const));
  const toColumns = ({ super: isSuper, chap, power, ...rest }: Partial<NewHost>) => ({
    ...rest,
    ...(isSuper !== undefined && { super: toFlag(isSuper) }),
    ...(chap !== undefined && { chap: toFlag(chap) }),
    ...(power !== undefined && { power: JSON.stringify(power) }),
  });
  const fromRow = (row: Omit<HostRow, keyof Columns<0>> & Columns<0 | 1>): HostRow => ({
    ...row,
    super: row.super === 1,
    chap: row.chap === 1,
    power: JSON.parse(row.power) as PowerMeans[],
  });
  const select = sql.selectFrom('hosts').selectAll();
  const removeEmptyGroups = () =>
    run(
      sql.deleteFrom('groups').where('id', 'not in', (query) =>
        query.selectFrom('hosts').select('groupId').where('groupId', 'is not', null).$castTo<{
          groupId: number;
        }>(),
      ),
    );

  return {
    list: (): HostRow[] => all(select.orderBy('name')).map(fromRow),
    find<Key extends 'id' | 'mac' | 'name' | 'ip'>(key: Key, value: NonNullable<HostRow[Key]>) {
      const row = find(select.where(key as 'mac', '=', value as string));
      return row && fromRow(row);
    },
    add: (host: NewHost): number =>
      run(
        sql.insertInto('hosts').values({
          ...host,
          super: toFlag(host.super),
          chap: toFlag(host.chap),
          power: JSON.stringify(host.power),
        }),
      ).insertedId,
    update(id: number, changes: Partial<NewHost>): void {
      if (Object.keys(changes).length === 0) return;
      transaction(() => {
        run(sql.updateTable('hosts').set(toColumns(changes)).where('id', '=', id));
        removeEmptyGroups();
      });
    },
    remove(id: number): void {
      transaction(() => {
        run(sql.deleteFrom('hosts').where('id', '=', id));
        removeEmptyGroups();
      });
    },
    groups: () => all(sql.selectFrom('groups').selectAll().orderBy('name')),
    /** The group's id, made where it is new. */
    ensureGroup(name: string): number {
      const known = find(sql.selectFrom('groups').select('id').where('name', '=', name));
      return known?.id ?? run(sql.insertInto('groups').values({ name })).insertedId;
    },
  };
}
