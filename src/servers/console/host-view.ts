import { macHex } from '../../boot/mac.ts';
import type { HallTile, HostState } from '../../service/hall-tile.ts';
import type { Host } from '../../service/host-fields.ts';
import type { HostDisk } from '../../service/host-reports.ts';
import type { Services } from '../../service/services.ts';
import { toBootView } from './boot-view.ts';

/** A host as the list shows it. */
export interface HostRow extends Pick<Host, 'name' | 'mac' | 'ip' | 'group' | 'entry' | 'super'> {
  /** Of its element. */
  id: string;
  /** Its page's path ends in it. */
  hex: string;
  nextBoot: string | null;
  isKept: boolean;
  capture: string | null;
  state: HostState;
}

/** In the order people count: pc-2 before pc-10. */
const { compare } = new Intl.Collator('zh-CN', { numeric: true });
export const byName = (a: { name: string }, b: { name: string }) => compare(a.name, b.name);

export function toHostRow(host: Host, state: HostState): HostRow {
  const { name, mac, ip, group, entry, capture } = host;
  const hex = macHex(mac);
  return {
    ...{ name, mac, ip, group, entry, super: host.super, capture, state },
    ...{ id: `host-${hex}`, hex, isKept: host.overlay === 'keep' },
    nextBoot: host.nextEntry ?? host.nextTool,
  };
}

/** All hosts, by name. */
export function readHostRows({ hall }: Services): HostRow[] {
  const states = new Map(hall.tiles().map(({ mac, state }) => [mac, state]));
  return hall
    .hosts()
    .map((host) => toHostRow(host, states.get(host.mac) ?? 'off'))
    .sort(byName);
}

const bootsShown = 30;
const eventsShown = 40;

/** Everything of a host's page that changes by itself. `disks` is asked apart: it costs a process. */
export function readHost(services: Services, key: string, disks: HostDisk[]) {
  const host = services.hosts.get(key);
  const row = services.hosts.getRow(key);
  const { mac } = host;
  const [latest = null, ...earlier] = services.hostReports.boots(mac, bootsShown).map(toBootView);
  const tile = services.hall.tiles().find((each) => each.mac === mac);
  return {
    host,
    hex: macHex(mac),
    now: tile ? toNow(tile, services.agents.addressOf(row) ?? null) : null,
    latest,
    earlier,
    disks,
    os: services.agents.findOs(mac) ?? null,
    events: services.timeline.list({ mac, limit: eventsShown }).reverse(),
  };
}
export type HostFacts = ReturnType<typeof readHost>;

const toNow = (tile: HallTile, address: string | null) => ({
  ...{ state: tile.state, stage: tile.stage, failure: tile.failure, since: tile.since },
  ...{ os: tile.os, entry: tile.entry, address },
  readBytesPerSecond: tile.readBytesPerSecond,
  writtenBytesPerSecond: tile.writtenBytesPerSecond,
});
