import { macHex } from '../boot/mac.ts';
import type { ScriptName } from '../boot/script.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { MenuPlan } from './boot-facts.ts';
import { defaultEntryOf } from './entries.ts';
import { findCapturedName } from './image-lookup.ts';
import type { FoundTool, Tools } from './tools.ts';

/** Our identity as a PC sees it. */
export interface BootServer {
  server: string;
  baseUrl: string;
}

/** What a PC of the list finds in its menu. */
export async function planMenu(
  { store, tools }: { store: Store; tools: Tools },
  host: HostRow,
): Promise<MenuPlan & { kind: 'menu' }> {
  const entries = store.entries.list();
  // What is to be booted once comes before what goes on for days.
  const isOnce = host.nextEntryId !== null || host.nextTool !== null;
  const capture = host.super && !isOnce ? findCapturedName(store, host) : null;
  const offered = host.super ? await tools.list() : [];
  const defaultEntry = defaultEntryOf(host, entries);
  return { kind: 'menu', host, entries, defaultEntry, capture, tools: offered };
}

/** The script that shows it, and what that is filled with. */
export function menuScript(
  plan: MenuPlan,
  mac: string,
  menuTimeoutMs: number,
  server: BootServer,
): [ScriptName, Record<string, unknown>] {
  if (plan.kind !== 'menu') return [plan.kind, { mac, hex: macHex(mac), ...server }];
  const { host, entries, defaultEntry, capture, tools } = plan;
  const once = tools.find(({ name }) => name === host.nextTool);
  const booted = defaultEntry ? `entry-${defaultEntry.name}` : 'local';
  const usual = capture === null ? booted : 'capture';
  return [
    'menu',
    {
      mac,
      hex: macHex(mac),
      hostName: host.name,
      isSuper: host.super,
      entries,
      capture,
      tools: tools.map(toMenuItem),
      defaultItem: once ? `tool-${once.name}` : usual,
      showMenu: menuTimeoutMs > 0,
      menuTimeoutMs,
      ...server,
    },
  ];
}

/** What is missing is told where it is chosen, not by a boot that ends in the middle. */
function toMenuItem({ name, title, missing, platforms }: FoundTool) {
  const [first, ...others] = missing;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  // As iPXE's `platform` has them.
  const [only] = platforms.length === 1 ? platforms : [];
  const platform = only && (only === 'uefi' ? 'efi' : 'pcbios');
  return { name, title, missing: first === undefined ? '' : first + more, only: platform ?? '' };
}
