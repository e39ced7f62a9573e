import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../boot/client.ts';
import type { Answer } from '../boot/decide.ts';
import { CafebootError, hasCode } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Adoption, TypedAdoption } from './adoption.ts';
import type { Background } from './background.ts';
import { createBootAccess } from './boot-access.ts';
import { createBootDisks } from './boot-disks.ts';
import type { BootFacts, MenuPlan, Transfer } from './boot-facts.ts';
import type { Disks } from './disks.ts';
import { defaultEntryOf } from './entries.ts';
import type { Firmware } from './firmware.ts';
import type { Host } from './host-fields.ts';
import type { Hosts } from './hosts.ts';
import { planMenu } from './menu-script.ts';
import type { OsReport, OsReports } from './os-reports.ts';
import type { Presences } from './presence.ts';
import type { SessionWatch } from './session-watch.ts';
import type { Settings } from './setting-list.ts';
import type { Timeline } from './timeline.ts';
import type { Tools } from './tools.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface BootDeps {
  store: Store;
  hosts: Hosts;
  unknownHosts: UnknownHosts;
  firmware: Firmware;
  adoption: Adoption;
  disks: Disks;
  tools: Tools;
  presences: Presences;
  osReports: OsReports;
  sessionWatch: SessionWatch;
  settings: () => Settings;
  timeline: Timeline;
  background: Background;
  /** The MAC that the kernel's neighbour table has for an IPv4 address. */
  findNeighbour: (address: string) => Promise<string | undefined>;
}

/** Long enough for a hall's menus to be answered, far shorter than iPXE needs to its next request. */
const prepareAfterMs = 250;

export type Boots = ReturnType<typeof createBoots>;

/** One boot from power-on to the OS: each server asks here what to do and tells what happened. */
export function createBoots(deps: BootDeps) {
  const { store, hosts, firmware, disks, presences, timeline, settings } = deps;
  const access = createBootAccess(deps);

  function prepareNext(host: HostRow, entry = defaultEntryOf(host, store.entries.list())): void {
    if (!entry) return;
    deps.background.start(`prepare ${host.id}`, async () => {
      // After the burst: a hall that is switched on at once gets its answers first.
      await sleep(prepareAfterMs);
      await disks.prepare(host, entry);
    });
  }

  /** The PC with this MAC, which asks; one in no list is taken into it where the settings say so. */
  function findOrAdopt(mac: string): HostRow | undefined {
    const host = hosts.findByMac(mac);
    if (host || settings().unknownHosts !== 'adopt') return host;
    try {
      deps.adoption.adopt(mac);
    } catch (error) {
      // The plan is used up: staff give it a name.
      if (!hasCode(error, 'no_number_left')) throw error;
    }
    return hosts.findByMac(mac);
  }

  return {
    /**
     * A PC asks by DHCP: what its answer depends on. A PC in no list is noted, whatever it is answered.
     * Synchronous and in memory, since it is asked once for every packet.
     */
    meet(client: Client): BootFacts {
      const { mac, arch, vendorClass } = client;
      const { unknownHosts: unknownPolicy, rechain } = settings();
      const known = hosts.findByMac(mac) !== undefined;
      if (!known) deps.unknownHosts.saw(mac, arch.number, vendorClass);
      return {
        ...firmware.meet(client),
        known,
        unknownPolicy,
        rechain,
        bootFileFetched: presences.hasFreshBinary(mac),
        recentRechains: presences.rechainCount(mac),
      };
    },

    /** A DHCP or PXE answer left. */
    answered({ mac, stage, arch }: Client, { type, gives, target }: Answer): void {
      if (stage === 'ipxe' && gives === 'boot-file') presences.toldToRechain(mac);
      if (stage === 'rom' && type === 'ack') firmware.movedOn(mac);
      const host = hosts.findByMac(mac);
      if (!host || presences.isRepeat(mac, `dhcp ${stage} ${type}`)) return;
      const data = { stage, arch: arch.name, answer: type, gives, file: target };
      timeline.record({ kind: 'boot.dhcp', mac, data });
      if (stage === 'rom') prepareNext(host);
    },

    sawAddress(mac: string, address: string): void {
      presences.sawAddress(mac, address);
      firmware.movedOn(mac);
    },

    async transferred({ address, file, sizeBytes, durationMs, ...end }: Transfer): Promise<void> {
      const { outcome, reason } = end;
      // UEFI firmware asks for the size first and breaks off: nothing that a person should see.
      if (reason === 'size-probe') return;
      // Refusals are cheap to provoke, so they are not worth a look into the neighbour table.
      const mac =
        outcome === 'refused' ? presences.findMacAt(address) : await access.macAt(address);
      if (!mac) return;
      if (outcome === 'done') presences.fetchedBinary(mac);
      firmware.fetched(mac, file, outcome === 'done' || reason === 'final-ack-missing');
      // A client that asks over and over must not fill the timeline. A name that was not served is the
      // client's invention, so it is no part of the key: keys are remembered.
      const key = outcome === 'done' ? `tftp ${file}` : `tftp ${outcome}`;
      if (!hosts.findByMac(mac) || presences.isRepeat(mac, key)) return;
      const level = outcome === 'done' || reason === 'final-ack-missing' ? 'info' : 'warn';
      const data = {
        file,
        sizeBytes,
        durationMs: Math.round(durationMs),
        outcome: reason ?? outcome,
      };
      timeline.record({ kind: 'boot.tftp', level, mac, data });
    },

    /** A firmware that boots over HTTP fetches one of our iPXE binaries. */
    async fetchesBootFile(address: string, file: string): Promise<void> {
      const mac = await access.macAt(address);
      if (!mac) return;
      presences.fetchedBinary(mac);
      firmware.fetched(mac, file, true);
      if (!hosts.findByMac(mac) || presences.isRepeat(mac, `http ${file}`)) return;
      timeline.record({ kind: 'boot.http', mac, data: { file } });
    },

    /**
     * The menu for the PC with this MAC. Also starts to prepare what it will probably choose. Who asks
     * from elsewhere sees it too, and nothing comes of it: that says nothing of the PC.
     */
    async menuFor(mac: string, address: string): Promise<MenuPlan> {
      const isThere = await access.isAt(mac, address);
      if (isThere) firmware.cameForScript(mac);
      const host = isThere ? findOrAdopt(mac) : hosts.findByMac(mac);
      if (!host) return { kind: settings().unknownHosts === 'local' ? 'local' : 'unknown' };
      const plan = await planMenu(deps, host);
      if (!isThere) return plan;
      if (!presences.isRepeat(mac, 'script menu')) {
        timeline.record({ kind: 'boot.script', mac, data: { script: 'menu', entry: null } });
      }
      prepareNext(host, plan.defaultEntry);
      return plan;
    },

    ...createBootDisks({ ...deps, access }),

    /** Somebody types at a PC in no list: the one-time code, and its name or number. Throws as `adoptByCode`. */
    adoptAt: (mac: string, typed: TypedAdoption): Host => deps.adoption.adoptByCode(mac, typed),

    /** The OS says that it is up. Only the PC at that address can say so of itself. */
    async osUp(address: string, report: OsReport): Promise<void> {
      const mac = await access.macAt(address);
      const host = mac === undefined ? undefined : hosts.findByMac(mac);
      if (!host) throw new CafebootError('not_found', { kind: 'host', name: address });
      const { os, version, inventory } = report;
      // Each is a write to the disk. A script and an agent in the same image both have their say.
      if (presences.isRepeat(host.mac, inventory ? 'os inventory' : 'os')) return;
      timeline.record({ kind: 'boot.os', mac: host.mac, data: { os, version } });
      deps.osReports.save(host, address, report);
      disks.editorArrived(host.mac);
      prepareNext(host);
    },
  };
}
