import type { Platform } from '../boot/archs.ts';
import type { Client, Transport } from '../boot/client.ts';
import {
  alternativesOf,
  type BootTry,
  type BootWay,
  efiOffers,
  type FirmwareChoice,
  failuresAllowed,
  judge,
  nextWay,
} from '../boot/firmware.ts';
import type { DhcpPlan, Serves } from '../boot/plan.ts';
import type { BootWayRow } from '../store/boot-ways.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Hosts } from './hosts.ts';
import type { Timeline } from './timeline.ts';

export interface FirmwareDeps {
  store: Store;
  hosts: Hosts;
  timeline: Timeline;
  /** Whether UEFI can be told of its boot file in other ways: not where we give the address too. */
  hasOffers: () => boolean;
  /** The boot files that can be served now. */
  present: () => ReadonlySet<string>;
  now: () => number;
}

export type Firmware = ReturnType<typeof createFirmware>;

/** What an answer to a firmware depends on besides the server. */
export type StartFacts = Pick<DhcpPlan, 'bootFiles' | 'efiOffer' | 'serves'>;

interface KnownWay extends BootWay {
  worked: boolean;
  /** In a row. */
  failures: number;
}

/** What is known of how one PC starts. */
interface Pc {
  /** By platform: a PC can be switched between BIOS and UEFI. */
  ways: Map<Platform, KnownWay>;
  /** From its firmware's DISCOVER to its script; `file` is what it was told to load. */
  open?: { platform: Platform; file: string; boot: BootTry };
  isDirty: boolean;
}

const serves: Partial<Record<FirmwareChoice, Serves>> = { http: 'http-boot', local: 'nothing' };

const flushAfterMs = 1_000;
/** DISCOVERs this close together are one, heard on several interfaces. */
const sameAskMs = 250;
/** Forged MACs must not grow memory; the longest unseen is forgotten. */
const pcLimit = 4_096;

/**
 * Finds out by which boot file, and for UEFI by which kind of answer, each PC starts: a try that does
 * not reach its script is followed by the next alternative (rules: src/boot/firmware.ts). All of it is
 * in memory, since it is asked for every packet; what changes is written in batches, for PCs in the list.
 */
export function createFirmware(deps: FirmwareDeps) {
  const { store, hosts, timeline, present, now } = deps;
  const pcs = new Map<string, Pc>();
  let timer: NodeJS.Timeout | undefined;

  function touch(mac: string): Pc {
    const pc = pcs.get(mac) ?? { ways: new Map(), isDirty: false };
    // Map keeps insertion order: taking it out and in again makes the first key the longest unseen.
    pcs.delete(mac);
    pcs.set(mac, pc);
    const [oldest] = pcs.keys();
    if (pcs.size > pcLimit && oldest !== undefined) pcs.delete(oldest);
    return pc;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const rows = pcs.entries().flatMap(([mac, pc]) => {
      const host = pc.isDirty ? hosts.findByMac(mac) : undefined;
      pc.isDirty = false;
      return host ? rowsOf(host, pc) : [];
    });
    const changed = [...rows];
    if (changed.length > 0) store.bootWays.set(changed);
  }

  function keep(pc: Pc): void {
    pc.isDirty = true;
    timer ??= setTimeout(flush, flushAfterMs);
  }

  function wayOf(pc: Pc, host: HostRow | undefined, platform: Platform, files: readonly string[]) {
    const [first] = files;
    if (first === undefined) return undefined;
    const known = pc.ways.get(platform) ?? loadWay(store, host, platform);
    const way =
      known && files.includes(known.file)
        ? known
        : { file: first, offer: known?.offer ?? efiOffers[0], worked: false, failures: 0 };
    pc.ways.set(platform, way);
    return way;
  }

  /** A try has ended without its script; what the next one gets is in `way` after this. */
  function failed(
    pc: Pc,
    host: HostRow | undefined,
    way: KnownWay,
    what: { failed: 'file' | 'offer'; platform: Platform; files: readonly string[] },
  ): void {
    if (what.failed === 'offer' && !deps.hasOffers()) return;
    way.failures += 1;
    if (way.failures < failuresAllowed(way)) return;
    const before = { ...way };
    const next = nextWay(way, what.failed, what);
    Object.assign(way, next, { failures: 0 });
    if (way.file !== before.file || way.offer !== before.offer) {
      way.worked = false;
      keep(pc);
    }
    if (host) tellFailure(host, what.failed, before, next);
  }

  function tellFailure(
    { mac }: HostRow,
    failed: 'file' | 'offer',
    before: BootWay,
    next: BootWay,
  ): void {
    const level = 'warn';
    if (next.file !== before.file) {
      const data = { file: before.file, next: next.file };
      timeline.record({ kind: 'firmware.file-failed', level, mac, data });
    } else if (next.offer !== before.offer) {
      const data = { offer: before.offer, next: next.offer };
      timeline.record({ kind: 'firmware.offer-failed', level, mac, data });
    } else if (failed === 'file') {
      timeline.record({ kind: 'firmware.stuck', level, mac, data: { file: before.file } });
    }
  }

  /** A DISCOVER of the firmware: another of the same try, or the first of the next. */
  function asked(
    pc: Pc,
    host: HostRow | undefined,
    way: KnownWay,
    what: { platform: Platform; files: readonly string[]; transport: Transport },
  ): void {
    const { platform, transport } = what;
    const nowMs = now();
    const last = pc.open?.platform === platform ? pc.open.boot : undefined;
    if (last && nowMs - last.lastAskedAtMs < sameAskMs) return;
    const verdict = last ? judge(last, { transport, nowMs }) : 'nothing';
    if (last && verdict === 'going-on') {
      last.asked += 1;
      last.lastAskedAtMs = nowMs;
      return;
    }
    if (verdict === 'file' || verdict === 'offer')
      failed(pc, host, way, { ...what, failed: verdict });
    const times = { startedAtMs: nowMs, lastAskedAtMs: nowMs };
    const boot: BootTry = { transport, ...times, asked: 1, movedOn: false, fetch: 'none' };
    pc.open = { platform, file: way.file, boot };
  }

  return {
    /** A PC asks by DHCP. Synchronous and in memory, since it is asked once for every packet. */
    meet({ mac, arch, stage, discovers, transport }: Client): StartFacts {
      const { platform } = arch;
      const host = hosts.findByMac(mac);
      const choice = host?.firmware ?? 'auto';
      const served = serves[choice] ?? 'all';
      const files = alternativesOf(platform, choice, present());
      const pc = touch(mac);
      const way = wayOf(pc, host, platform, files);
      if (way && stage === 'rom' && discovers && served !== 'nothing') {
        asked(pc, host, way, { platform, files, transport });
      }
      return {
        bootFiles: way ? { [platform]: way.file } : {},
        efiOffer: way?.offer ?? efiOffers[0],
        serves: served,
      };
    },

    /** It takes an address, or asks port 4011: it has gone on from the OFFERs. */
    movedOn(mac: string): void {
      const open = pcs.get(mac)?.open;
      if (open) open.boot.movedOn = true;
    },

    /** It asked for a file by TFTP or HTTP, and got it whole or not. */
    fetched(mac: string, file: string, isWhole: boolean): void {
      const open = pcs.get(mac)?.open;
      if (open?.file !== file || open.boot.fetch === 'done') return;
      open.boot.fetch = isWhole ? 'done' : 'failed';
    },

    /** Its iPXE runs and asks for its script: this way works. */
    cameForScript(mac: string): void {
      const pc = pcs.get(mac);
      const way = pc?.open && pc.ways.get(pc.open.platform);
      if (!pc || !way) return;
      delete pc.open;
      way.failures = 0;
      if (way.worked) return;
      way.worked = true;
      keep(pc);
      if (!hosts.findByMac(mac)) return;
      const data = { file: way.file, offer: way.offer };
      timeline.record({ kind: 'firmware.worked', mac, data });
    },

    /** A PC that was in no list is now: what was found out of it is kept from now on. */
    adopted(mac: string): void {
      const pc = pcs.get(mac);
      if (pc) keep(pc);
    },

    /** Its mainboard or card is another, or somebody wants it tried again from the first on. */
    forget({ id, mac }: { id: number; mac: string }): void {
      pcs.delete(mac);
      store.bootWays.forget(id);
    },

    close: flush,
  };
}

function rowsOf({ id }: HostRow, pc: Pc): BootWayRow[] {
  return [...pc.ways].map(([platform, { file, offer, worked }]) => ({
    hostId: id,
    platform,
    file,
    offer,
    worked,
  }));
}

function loadWay(store: Store, host: HostRow | undefined, platform: Platform) {
  const row = host && store.bootWays.ofHost(host.id).find((each) => each.platform === platform);
  return row && { file: row.file, offer: row.offer, worked: row.worked, failures: 0 };
}
