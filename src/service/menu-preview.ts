import { findMenu, type MenuModel } from '../boot/menu-model.ts';
import type { RenderScript } from '../boot/script.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Hosts } from './hosts.ts';
import { hostTargetName, superTargetName } from './iqn.ts';
import { type BootServer, menuScript, planMenu } from './menu-script.ts';
import type { Settings } from './setting-list.ts';
import type { Tools } from './tools.ts';

/** Where PCs find us: our address in the LAN of the one with `address`, else in the first LAN. */
export type FindBootServer = (
  address: string | null,
) => BootServer & { iscsiPort: number; firstLun: number };

export interface MenuPreviewDeps {
  store: Store;
  hosts: Hosts;
  tools: Tools;
  settings: () => Settings;
  renderScript: RenderScript;
  findBootServer: FindBootServer;
}

/** What a PC would get if it booted now. */
export interface MenuPreview {
  host: string | null;
  /** Exactly as iPXE would get it. */
  script: string;
  menu: MenuModel | null;
  /** How its default entry is booted, its CHAP secret left out; null where it would boot none. */
  bootScript: string | null;
}

/** Stands for a PC that is in no list. */
const strangerMac = '00:00:00:00:00:00';
/** In the place of a CHAP secret. */
const masked = 'HIDDEN';

export type MenuPreviews = ReturnType<typeof createMenuPreviews>;

/** Menus without a PC: nothing is recorded, made or attached. */
export function createMenuPreviews(deps: MenuPreviewDeps) {
  const { hosts, settings, renderScript, findBootServer } = deps;

  function bootScriptOf(host: HostRow, entry: string): string {
    const prefix = settings().targetPrefix;
    const target = host.super
      ? superTargetName(prefix, entry)
      : hostTargetName(prefix, entry, host.mac);
    const { server, baseUrl, iscsiPort: port, firstLun: lun } = findBootServer(host.ip);
    const chap = host.chap ? { userName: target, secret: masked } : null;
    const disk = { target, initiator: target, lun, chap };
    return renderScript('entry', { hostName: host.mac, entry, port, ...disk, server, baseUrl });
  }

  return {
    /** Of a host by name or MAC; without one, of a PC that is in no list. Throws `not_found`. */
    async preview(key?: string): Promise<MenuPreview> {
      const { menuTimeoutMs, unknownHosts } = settings();
      const host = key === undefined ? undefined : hosts.getRow(key);
      const { server, baseUrl } = findBootServer(host?.ip ?? null);
      const stranger = { kind: unknownHosts === 'local' ? 'local' : 'unknown' } as const;
      const plan = host ? await planMenu(deps, host) : stranger;
      const mac = host?.mac ?? strangerMac;
      const script = renderScript(...menuScript(plan, mac, menuTimeoutMs, { server, baseUrl }));
      const entry = plan.kind === 'menu' ? plan.defaultEntry : undefined;
      return {
        host: host?.name ?? null,
        script,
        menu: findMenu(script) ?? null,
        bootScript: host && entry ? bootScriptOf(host, entry.name) : null,
      };
    },
  };
}
