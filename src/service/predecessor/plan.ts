import { findMac } from '../../boot/mac.ts';
import { CafebootError } from '../../errors.ts';
import type { Entry } from '../entries.ts';
import { parseAddress, parseLabel } from '../fields.ts';
import type { Host } from '../host-fields.ts';
import type { Settings } from '../setting-list.ts';
import { renameAll } from './names.ts';
import { planNotes, planSettings } from './plan-settings.ts';
import type { OldHost, OldImage, Predecessor } from './predecessor.ts';

/** What is done about a step that needs something done. */
export type Apply =
  | { kind: 'setting'; key: string; value: unknown }
  | { kind: 'image'; name: string; imageKind: OldImage['kind']; description: string; path: string }
  | {
      kind: 'entry';
      name: string;
      description: string;
      os: string;
      data: string[];
      position: number;
    }
  | {
      kind: 'host';
      mac: string;
      name: string;
      ip: string | null;
      super: boolean;
      entry: string | null;
    }
  | { kind: 'host-entry'; mac: string; entry: string };

/**
 * One line of the plan. `add`: will be done; `same`: is there already; `keep`: somebody has set it
 * otherwise, which stays; `wait`: something is missing that it needs; `clash`: cannot be, as it is; `note`:
 * for people to do.
 */
export interface Step {
  action: 'add' | 'same' | 'keep' | 'wait' | 'clash' | 'note';
  kind: 'setting' | 'image' | 'entry' | 'host';
  name: string;
  detail: string;
  apply?: Apply;
}

/** What is there already, and what can be copied. */
export interface Present {
  settings: Settings;
  defaults: Settings;
  /** Names; those that are being made count as well. */
  images: readonly string[];
  entries: readonly Entry[];
  hosts: readonly Host[];
  /** Path of a disk file by the image's old name; undefined where there is none. */
  findDisk: (name: string) => string | undefined;
  /** Where it was looked for. */
  disksDirectory: string;
}

/** All that is to be done to have here what was there, in order. Pure; run again it goes on where it was. */
export function planMigration(old: Predecessor, present: Present): Step[] {
  const imageNames = renameAll(
    old.images.map(({ name }) => name),
    'image',
  );
  const entryNames = renameAll(
    old.entries.map(({ name }) => name),
    'entry',
  );
  const imageSteps = old.images.map((image) => planImage(image, imageNames, present));
  const willBe = new Set([
    ...present.images,
    ...imageSteps.filter(({ action }) => action === 'add').map(({ name }) => name),
  ]);
  const entrySteps = old.entries.map((entry, index): Step => {
    const name = entryNames.get(entry.name) ?? entry.name;
    const needed = [entry.os, ...entry.data].map((each) => imageNames.get(each) ?? each);
    const [os = '', ...data] = needed;
    const step = { kind: 'entry', name, detail: needed.join(' + ') } as const;
    if (present.entries.some((each) => each.name === name)) return { ...step, action: 'same' };
    const missing = needed.filter((each) => !willBe.has(each));
    if (missing.length > 0) {
      return { ...step, action: 'wait', detail: `images: ${missing.join(', ')}` };
    }
    const description = name === entry.name ? '' : entry.name;
    const apply = {
      ...{ name, description, os, data },
      position: index + 1,
      kind: 'entry',
    } as const;
    return { ...step, action: 'add', apply };
  });
  const bootable = new Set(
    entrySteps.filter(({ action }) => action !== 'wait').map(({ name }) => name),
  );
  return [
    ...planSettings(old.settings, present.settings, present.defaults),
    ...planNotes(old.settings, old.unreadable),
    ...imageSteps,
    ...entrySteps,
    ...planHosts(old.hosts, entryNames, bootable, present),
  ];
}

function planImage(image: OldImage, names: Map<string, string>, present: Present): Step {
  const name = names.get(image.name) ?? image.name;
  const step = { kind: 'image', name, detail: '' } as const;
  if (present.images.includes(name)) return { ...step, action: 'same' };
  const path = present.findDisk(image.name);
  if (path === undefined) {
    const detail = `no ${present.disksDirectory}/${image.name}/disk.img: mount its volume there`;
    return { ...step, action: 'wait', detail };
  }
  const { kind: imageKind } = image;
  const description = [name === image.name ? '' : image.name, image.description]
    .filter(Boolean)
    .join(' ');
  const apply = { kind: 'image', name, imageKind, description, path } as const;
  return { ...step, action: 'add', detail: path, apply };
}

function planHosts(
  hosts: readonly OldHost[],
  entryNames: Map<string, string>,
  bootable: ReadonlySet<string>,
  present: Present,
): Step[] {
  const macs = new Map(present.hosts.map((host) => [host.mac, host]));
  const names = new Set(present.hosts.map(({ name }) => name));
  const ips = new Set(present.hosts.map(({ ip }) => ip));
  return hosts.map((host): Step => {
    const step = { kind: 'host', name: host.name, detail: host.mac } as const;
    const clash = (detail: string): Step => ({ ...step, action: 'clash', detail });
    const wanted = entryNames.get(host.defaultEntry) ?? '';
    const entry = bootable.has(wanted) ? wanted : null;
    const mac = findMac(host.mac);
    if (mac === undefined) return clash(`MAC ${host.mac}`);
    const there = macs.get(mac);
    if (there) {
      if (there.entry !== null || entry === null) return { ...step, action: 'same' };
      const apply = { kind: 'host-entry', mac, entry } as const;
      return { ...step, action: 'add', detail: entry, apply };
    }
    const fault = findFault(host) ?? findTaken(host, names, ips);
    if (fault !== undefined) return clash(fault);
    names.add(host.name);
    ips.add(host.ip || null);
    const fields = { mac, name: host.name, ip: host.ip || null, super: host.super, entry };
    macs.set(mac, { ...fields } as Host);
    const waits = wanted !== '' && entry === null ? ` (later: ${wanted})` : '';
    const detail = `${mac} ${host.ip} ${entry ?? '-'}${waits}`;
    return { ...step, action: 'add', detail, apply: { kind: 'host', ...fields } };
  });
}

/** In our names and addresses. */
function findFault({ name, ip }: OldHost): string | undefined {
  try {
    parseLabel('name', name);
    if (ip !== '') parseAddress('ip', ip);
    return undefined;
  } catch (error) {
    if (!(error instanceof CafebootError)) throw error;
    return `${error.context.field} ${error.context.value}`;
  }
}

function findTaken(
  { name, ip }: OldHost,
  names: ReadonlySet<string>,
  ips: ReadonlySet<string | null>,
): string | undefined {
  if (names.has(name)) return `name ${name}`;
  return ip !== '' && ips.has(ip) ? `ip ${ip}` : undefined;
}
