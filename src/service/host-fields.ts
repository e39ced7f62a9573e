import type { FirmwareChoice } from '../boot/firmware.ts';
import { parseMac } from '../boot/mac.ts';
import { isToolName } from '../boot/tool.ts';
import { CafebootError } from '../errors.ts';
import type { PowerMeans } from '../power/means.ts';
import type { HostRow, NewHost } from '../store/hosts.ts';
import type { OverlayPolicy } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { parseAddress, parseLabel } from './fields.ts';
import { findCapturedName } from './image-lookup.ts';

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

/** Between the two and the store's rows. */
export function createHostFields(store: Store) {
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

  return { entryName, present, toRow };
}

function parseToolName(value: string): string {
  if (!isToolName(value)) throw new CafebootError('invalid_value', { field: 'nextTool', value });
  return value;
}
