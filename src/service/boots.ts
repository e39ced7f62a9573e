import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../boot/client.ts';
import type { Answer } from '../boot/decide.ts';
import { CafebootError, codeOf } from '../errors.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Background } from './background.ts';
import type { BootFacts, MenuPlan, Transfer } from './boot-facts.ts';
import type { Disks } from './disks.ts';
import { defaultEntryOf } from './entries.ts';
import type { Hosts } from './hosts.ts';
import { findCapturedName } from './image-lookup.ts';
import type { OsReport, OsReports } from './os-reports.ts';
import type { Presences } from './presence.ts';
import type { SessionWatch } from './session-watch.ts';
import type { Settings } from './settings.ts';
import type { AttachedDisk } from './target-spec.ts';
import type { Timeline } from './timeline.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface BootDeps {
  store: Store;
  hosts: Hosts;
  unknownHosts: UnknownHosts;
  disks: Disks;
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
  const { store, hosts, disks, presences, timeline, settings } = deps;

  function getEntry(host: HostRow, name: string): EntryRow {
    const entry = store.entries.find({ name });
    if (!entry) throw new CafebootError('no_entry', { host: host.name, entry: name });
    return entry;
  }

  function prepareNext(host: HostRow, entry = defaultEntryOf(host, store.entries.list())): void {
    if (!entry) return;
    deps.background.start(`prepare ${host.id}`, async () => {
      // After the burst: a hall that is switched on at once gets its answers first.
      await sleep(prepareAfterMs);
      await disks.prepare(host, entry);
    });
  }

  /**
   * Whether a request that says it is this PC comes from where this PC is: the address it was seen
   * at by DHCP, the one it is registered with, or the neighbour table's word. Otherwise a PC could
   * drop another one's disk by asking for its script.
   */
  async function isAt(mac: string, address: string): Promise<boolean> {
    if (presences.addressOf(mac) === address) return true;
    if (hosts.findByMac(mac)?.ip === address) return true;
    return (await deps.findNeighbour(address)) === mac;
  }

  /** The host with this MAC, which asks from where it is. Throws `not_found`, `wrong_address`. */
  async function getAt(mac: string, address: string): Promise<HostRow> {
    const host = hosts.findByMac(mac);
    if (!host) throw new CafebootError('not_found', { kind: 'host', name: mac });
    if (await isAt(mac, address)) return host;
    timeline.record({ kind: 'boot.refused', level: 'warn', mac, data: { address } });
    throw new CafebootError('wrong_address', { mac, address });
  }

  /** Gives a PC its disks by a script of that name, for that entry or image; tells how it went. */
  async function give(
    { mac }: HostRow,
    script: 'entry' | 'capture',
    entry: string,
    attach: () => Promise<AttachedDisk>,
  ): Promise<AttachedDisk> {
    try {
      const disk = await attach();
      timeline.record({ kind: 'boot.script', mac, data: { script, entry } });
      deps.sessionWatch.expect(disk.target, mac);
      return disk;
    } catch (error) {
      const data = { entry, code: codeOf(error) };
      timeline.record({ kind: 'boot.failed', level: 'error', mac, data });
      throw error;
    }
  }

  async function macAt(address: string): Promise<string | undefined> {
    return presences.findMacAt(address) ?? (await deps.findNeighbour(address));
  }

  return {
    /**
     * A PC asks by DHCP: what its answer depends on. A PC in no list is noted, whatever it is answered.
     * Synchronous and in memory, since it is asked once for every packet.
     */
    meet({ mac, arch, vendorClass }: Client): BootFacts {
      const { unknownHosts: unknownPolicy, rechain } = settings();
      const known = hosts.findByMac(mac) !== undefined;
      if (!known) deps.unknownHosts.saw(mac, arch.number, vendorClass);
      return {
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
      const host = hosts.findByMac(mac);
      if (!host || presences.isRepeat(mac, `dhcp ${stage} ${type}`)) return;
      const data = { stage, arch: arch.name, answer: type, gives, file: target };
      timeline.record({ kind: 'boot.dhcp', mac, data });
      if (stage === 'rom') prepareNext(host);
    },

    sawAddress: presences.sawAddress,

    async transferred({ address, file, sizeBytes, durationMs, ...end }: Transfer): Promise<void> {
      const { outcome, reason } = end;
      // UEFI firmware asks for the size first and breaks off: nothing that a person should see.
      if (reason === 'size-probe') return;
      // Refusals are cheap to provoke, so they are not worth a look into the neighbour table.
      const mac = outcome === 'refused' ? presences.findMacAt(address) : await macAt(address);
      if (!mac) return;
      if (outcome === 'done') presences.fetchedBinary(mac);
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
      const mac = await macAt(address);
      if (!mac) return;
      presences.fetchedBinary(mac);
      if (hosts.findByMac(mac)) timeline.record({ kind: 'boot.http', mac, data: { file } });
    },

    /** The menu for the PC with this MAC. Also starts to prepare what it will probably choose. */
    async menuFor(mac: string, address: string): Promise<MenuPlan> {
      const host = hosts.findByMac(mac);
      if (!host) return { kind: settings().unknownHosts === 'local' ? 'local' : 'unknown' };
      const entries = store.entries.list();
      const chosen = defaultEntryOf(host, entries);
      timeline.record({ kind: 'boot.script', mac, data: { script: 'menu', entry: null } });
      if (await isAt(mac, address)) prepareNext(host, chosen);
      const capture = host.super ? findCapturedName(store, host) : null;
      return { kind: 'menu', host, entries, defaultEntry: chosen, capture };
    },

    /** The disks for this boot. Throws `not_found`, `no_entry`, `wrong_address`, or why there is no disk. */
    async attachFor(mac: string, entryName: string, address: string): Promise<AttachedDisk> {
      const host = await getAt(mac, address);
      const entry = getEntry(host, entryName);
      return give(host, 'entry', entry.name, () => disks.attach(host, entry, address));
    },

    /** What the PC captures its own disk to, which it boots beside it. Throws as `attachFor`, or `needs_super`. */
    async captureFor(mac: string, address: string): Promise<AttachedDisk & { image: string }> {
      const host = await getAt(mac, address);
      const image = findCapturedName(store, host) ?? '';
      const disk = await give(host, 'capture', image, async () => {
        if (!host.super) throw new CafebootError('needs_super', { host: host.name });
        return disks.attachCapture(host, address);
      });
      return { image, ...disk };
    },

    /** The OS says that it is up. Only the PC at that address can say so of itself. */
    async osUp(address: string, report: OsReport): Promise<void> {
      const mac = await macAt(address);
      const host = mac === undefined ? undefined : hosts.findByMac(mac);
      if (!host) throw new CafebootError('not_found', { kind: 'host', name: address });
      const { os, version } = report;
      timeline.record({ kind: 'boot.os', mac: host.mac, data: { os, version } });
      deps.osReports.save(host, address, report);
      disks.editorArrived(host.mac);
      prepareNext(host);
    },
  };
}
