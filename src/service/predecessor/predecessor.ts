/** A PC of DBC-CloudCyberCafe, as it was written down there. */
export interface OldHost {
  name: string;
  ip: string;
  mac: string;
  /** Name of an entry; empty for none. */
  defaultEntry: string;
  super: boolean;
}

export interface OldImage {
  name: string;
  kind: 'os' | 'data';
  description: string;
}

export interface OldEntry {
  name: string;
  os: string;
  data: string[];
}

/** All that its directory tells. */
export interface Predecessor {
  hosts: OldHost[];
  images: OldImage[];
  /** In menu order. */
  entries: OldEntry[];
  /** By the keys of its cache: `dhcp_subnet`, `iscsi_target_prefix`, ... */
  settings: Record<string, string>;
  /** Settings that are there and could not be read. */
  unreadable: string[];
}

/** A row of one of its tables, by column. */
export type OldRow = Partial<Record<string, unknown>>;

const text = (row: OldRow, column: string): string => {
  const value = row[column];
  // What pandas writes and reads for an empty cell.
  return value === null || value === undefined || value === 'nan' ? '' : String(value).trim();
};

/** A list, or what Python or a person makes of one: `['a', 'b']`, `a,b`. */
function list(value: unknown): string[] {
  const parts = Array.isArray(value) ? value.map(String) : String(value ?? '').split(',');
  return parts
    .map((part) => part.replace(/[[\]'"\s]/g, ''))
    .filter((part) => part && part !== 'nan');
}

/** `True`, `1`, or the caption of its check box. */
const flag = (row: OldRow, column: string): boolean =>
  /^(true|1|yes|\[?'?super tube'?\]?)$/i.test(text(row, column));

export const toHost = (row: OldRow): OldHost => ({
  name: text(row, 'host_name'),
  ip: text(row, 'ip'),
  mac: text(row, 'mac'),
  defaultEntry: text(row, 'default_menu'),
  super: flag(row, 'super_tube'),
});

export const toImage = (row: OldRow, kind: OldImage['kind']): OldImage => ({
  ...{ name: text(row, 'name'), kind },
  description: text(row, 'description'),
});

export const toEntry = (row: OldRow): OldEntry => ({
  name: text(row, 'name'),
  os: text(row, 'operation_system'),
  data: list(row.data_disk),
});

/** Its older config.json has tables as objects of columns: `{"name": ["a"], "capacity": [30]}`. */
export function toRows(table: unknown): OldRow[] {
  const columns = Object.entries((table ?? {}) as Record<string, unknown>).filter(([, values]) =>
    Array.isArray(values),
  ) as [string, unknown[]][];
  const count = Math.max(0, ...columns.map(([, values]) => values.length));
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[index]])),
  );
}

/** Settings that config.json has in objects, by the names that the cache gives them. */
const sections: Record<string, string> = { dhcp_server: 'dhcp_', http_server: 'http_' };

export function toSettings(config: Record<string, unknown>): Record<string, string> {
  const found: Record<string, string> = {};
  const put = (key: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') found[key] = String(value).trim();
  };
  for (const [name, value] of Object.entries(config)) {
    if (typeof value !== 'object' || value === null) put(name, value);
    else if (name === 'iscsi_setting' || name in sections) {
      for (const [key, each] of Object.entries(value)) {
        const isLong =
          name === 'iscsi_setting' && !key.startsWith('iscsi_') && key !== 'initiator_iqn';
        put(`${isLong ? 'iscsi_' : (sections[name] ?? '')}${key}`, each);
      }
    }
  }
  return found;
}
