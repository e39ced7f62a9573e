import type { FirmwareChoice } from '../boot/firmware.ts';
import { findMac, parseMac } from '../boot/mac.ts';
import { createReservations } from '../boot/reservations.ts';
import { isToolName } from '../boot/tool.ts';
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
  /** The entry that it boots the next time only. */
  nextEntry: string | null;
  /** The tool that it starts the next time only, while it is in super mode. */
  nextTool: string | null;
  super: boolean;
  overlay: OverlayPolicy;
  /** Whether its next boot logs in to its disks by CHAP. Its secret is shown to nobody. */
  chap: boolean;
  /** What switches it on and off: the first that can. */
  power: PowerMeans[];
  /** The image that its own disk is captured to. */
  capture: string | null;
  /** How it starts, as chosen. */
  firmware: FirmwareChoice;
  /** The boot files that it was seen to start with. */
  bootFiles: string[];
}

/** What may be said of a host when adding or changing it; null clears. */
export interface HostFields {
  mac?: string;
  name?: string;
  ip?: string | null;
  group?: string | null;
  entry?: string | null;
  nextEntry?: string | null;
  nextTool?: string | null;
  super?: boolean;
  overlay?: OverlayPolicy;
  chap?: boolean;
  /** Choosing it, also the same again, forgets what was found out before. */
  firmware?: FirmwareChoice;
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
  let reservations = createReservations([]);
  const reload = () => {
    const list = store.hosts.list();
    byMac = new Map(list.map((host) => [host.mac, host]));
    reservations = createReservations(list);
  };
  makeMissingSecrets(store);
  reload();

  const entryName = (id: number | null): string | null =>
    id === null ? null : (store.entries.find({ id })?.name ?? null);

  const present = (row: HostRow): Host => ({
    id: row.id,
    mac: row.mac,
    name: row.name,
    ip: row.ip,
    group: store.hosts.groups().find((group) => group.id === row.groupId)?.name ?? null,
    entry: entryName(row.entryId),
    nextEntry: entryName(row.nextEntryId),
    nextTool: row.nextTool,
    super: row.super,
    overlay: row.overlay,
    chap: row.chap,
    power: row.power,
    capture: findCapturedName(store, row),
    firmware: row.firmware,
    bootFiles: store.bootWays.ofHost(row.id).flatMap(({ worked, file }) => (worked ? [file] : [])),
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
    const { mac, name, ip, group, entry, nextEntry, nextTool } = fields;
    return {
      ...(mac !== undefined && { mac: parseMac(mac) }),
      ...(name !== undefined && { name: parseLabel('name', name) }),
      ...(ip !== undefined && { ip: ip && parseAddress('ip', ip) }),
      ...(group !== undefined && {
        groupId: group && store.hosts.ensureGroup(parseLabel('group', group)),
      }),
      ...(entry !== undefined && { entryId: entryId(entry) }),
      ...(nextEntry !== undefined && { nextEntryId: entryId(nextEntry) }),
      ...(nextTool !== undefined && { nextTool: nextTool && parseToolName(nextTool) }),
      ...(fields.super !== undefined && { super: fields.super }),
      ...(fields.overlay !== undefined && { overlay: fields.overlay }),
      ...(fields.chap !== undefined && { chap: fields.chap }),
      ...(fields.firmware !== undefined && { firmware: fields.firmware }),
      ...(fields.power !== undefined && { power: fields.power }),
    } as Partial<NewHost>;
  }

  return {
    list: (): Host[] => store.hosts.list().map(present),
    get: (key: string): Host => present(getRow(key)),
    getRow,
    findByMac: (mac: string): HostRow | undefined => byMac.get(mac),
    /** Which addresses full DHCP mode keeps for whom. */
    reservations: () => reservations,

    add(fields: HostFields & { mac: string; name: string }): Host {
      const nothing = { ip: null, groupId: null, entryId: null, nextEntryId: null, nextTool: null };
      const defaults = { ...nothing, super: false, chap: true, firmware: 'auto' };
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

    /** Its boot has got the disk of this entry: what was to be booted once has been. */
    tookEntry(id: number, entryId: number): void {
      const host = store.hosts.find('id', id);
      if (!host || host.nextEntryId !== entryId) return;
      store.hosts.update(id, { nextEntryId: null });
      reload();
      const data = { name: host.name, entry: entryName(entryId) };
      timeline.record({ kind: 'host.next-entry-used', mac: host.mac, data });
    },

    /** The tool that it was to start once has been given to it. */
    tookTool(id: number, tool: string): void {
      const host = store.hosts.find('id', id);
      if (!host || host.nextTool !== tool) return;
      store.hosts.update(id, { nextTool: null });
      reload();
      const data = { name: host.name, tool };
      timeline.record({ kind: 'host.next-tool-used', mac: host.mac, data });
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

function parseToolName(value: string): string {
  if (!isToolName(value)) throw new CafebootError('invalid_value', { field: 'nextTool', value });
  return value;
}

/** Hosts from before there was CHAP have none. */
function makeMissingSecrets(store: Store): void {
  store.transaction(() => {
    for (const { id, chapSecret } of store.hosts.list()) {
      if (chapSecret === '') store.hosts.update(id, { chapSecret: makeChapSecret() });
    }
  });
}
