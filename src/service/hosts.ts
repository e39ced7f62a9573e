import { findMac, parseMac } from '../boot/mac.ts';
import { CafebootError } from '../errors.ts';
import type { PowerMeans } from '../power/means.ts';
import type { HostRow, NewHost } from '../store/hosts.ts';
import type { OverlayPolicy } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { makeChapSecret } from './chap.ts';
import { parseAddress, parseLabel } from './fields.ts';
import { findCapturedName } from './image-lookup.ts';
import type { Timeline } from './timeline.ts';

/** A host as people see it: its group and boot entry by name. */
export interface Host {
  id: number;
  mac: string;
  name: string;
  ip: string | null;
  group: string | null;
  entry: string | null;
  super: boolean;
  overlay: OverlayPolicy;
  /** Whether its next boot logs in to its disks by CHAP. Its secret is shown to nobody. */
  chap: boolean;
  /** What switches it on and off: the first that can. */
  power: PowerMeans[];
  /** The image that its own disk is captured to. */
  capture: string | null;
}

/** What may be said of a host when adding or changing it; null clears. */
export interface HostFields {
  mac?: string;
  name?: string;
  ip?: string | null;
  group?: string | null;
  entry?: string | null;
  super?: boolean;
  overlay?: OverlayPolicy;
  chap?: boolean;
  power?: PowerMeans[];
}

export interface HostDeps {
  store: Store;
  timeline: Timeline;
  now: () => number;
}

export type Hosts = ReturnType<typeof createHosts>;

/** The list of PCs. Everything is kept in memory by MAC too: DHCP asks for it a packet. */
export function createHosts({ store, timeline, now }: HostDeps) {
  let byMac = new Map<string, HostRow>();
  const reload = () => {
    byMac = new Map(store.hosts.list().map((host) => [host.mac, host]));
  };
  makeMissingSecrets(store);
  reload();

  const present = (row: HostRow): Host => ({
    id: row.id,
    mac: row.mac,
    name: row.name,
    ip: row.ip,
    group: store.hosts.groups().find((group) => group.id === row.groupId)?.name ?? null,
    entry: row.entryId === null ? null : (store.entries.find({ id: row.entryId })?.name ?? null),
    super: row.super,
    overlay: row.overlay,
    chap: row.chap,
    power: row.power,
    capture: findCapturedName(store, row),
  });

  /** By name, or by MAC in any writing. */
  function getRow(key: string): HostRow {
    const row = store.hosts.find('name', key) ?? byMac.get(findMac(key) ?? '');
    if (!row) throw new CafebootError('not_found', { kind: 'host', name: key });
    return row;
  }

  function entryId(name: string | null): number | null {
    if (name === null) return null;
    const entry = store.entries.find({ name });
    if (!entry) throw new CafebootError('not_found', { kind: 'entry', name });
    return entry.id;
  }

  function toRow(fields: HostFields): Partial<NewHost> {
    const { mac, name, ip, group, entry } = fields;
    return {
      ...(mac !== undefined && { mac: parseMac(mac) }),
      ...(name !== undefined && { name: parseLabel('name', name) }),
      ...(ip !== undefined && { ip: ip && parseAddress('ip', ip) }),
      ...(group !== undefined && {
        groupId: group && store.hosts.ensureGroup(parseLabel('group', group)),
      }),
      ...(entry !== undefined && { entryId: entryId(entry) }),
      ...(fields.super !== undefined && { super: fields.super }),
      ...(fields.overlay !== undefined && { overlay: fields.overlay }),
      ...(fields.chap !== undefined && { chap: fields.chap }),
      ...(fields.power !== undefined && { power: fields.power }),
    } as Partial<NewHost>;
  }

  return {
    list: (): Host[] => store.hosts.list().map(present),
    get: (key: string): Host => present(getRow(key)),
    getRow,
    findByMac: (mac: string): HostRow | undefined => byMac.get(mac),

    add(fields: HostFields & { mac: string; name: string }): Host {
      const defaults = { ip: null, groupId: null, entryId: null, super: false, chap: true };
      const power: PowerMeans[] = ['agent', 'wol'];
      const id = store.transaction(() =>
        store.hosts.add({
          ...defaults,
          power,
          overlay: 'discard',
          chapSecret: makeChapSecret(),
          createdAt: now(),
          ...toRow(fields),
        } as NewHost),
      );
      reload();
      const host = getRow(fields.mac);
      timeline.record({ kind: 'host.added', mac: host.mac, data: { id, name: host.name } });
      return present(host);
    },

    update(key: string, fields: HostFields): Host {
      const { id, mac } = getRow(key);
      store.transaction(() => store.hosts.update(id, toRow(fields)));
      reload();
      const host = present(getRow(fields.mac ?? mac));
      timeline.record({ kind: 'host.changed', mac: host.mac, data: { name: host.name } });
      return host;
    },

    /** Its next boot gets another CHAP secret; a running PC keeps its own until then. */
    renewSecret(key: string): Host {
      const { id, mac, name } = getRow(key);
      store.hosts.update(id, { chapSecret: makeChapSecret() });
      reload();
      timeline.record({ kind: 'host.secret-renewed', mac, data: { name } });
      return present(getRow(mac));
    },

    /** The caller removes the host's targets and overlays first. */
    remove(key: string): void {
      const { id, mac, name } = getRow(key);
      store.hosts.remove(id);
      reload();
      timeline.record({ kind: 'host.removed', mac, data: { name } });
    },

    /** Entries were removed: hosts that had one as their default have none now. */
    reload,
  };
}

/** Hosts from before there was CHAP have none. */
function makeMissingSecrets(store: Store): void {
  store.transaction(() => {
    for (const { id, chapSecret } of store.hosts.list()) {
      if (chapSecret === '') store.hosts.update(id, { chapSecret: makeChapSecret() });
    }
  });
}
