import type { Logger } from 'pino';
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
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Hosts } from './hosts.ts';
import { createKnownWays, type KnownWay, type KnownWays } from './known-ways.ts';
import type { Timeline } from './timeline.ts';

export interface FirmwareDeps {
  store: Store;
  hosts: Hosts;
  timeline: Timeline;
  /** Whether UEFI can be told of its boot file in other ways: not where we give the address too. */
  hasOffers: () => boolean;
  /** The boot files that can be served now. */
  present: () => ReadonlySet<string>;
  log: Logger;
  now: () => number;
}

export type Firmware = ReturnType<typeof createFirmware>;

/** What an answer to a firmware depends on besides the server. */
export type StartFacts = Pick<DhcpPlan, 'bootFiles' | 'efiOffer' | 'serves'>;

/** What is known of how one PC starts. */
interface Pc {
  ways: KnownWays;
  /** From its firmware's DISCOVER to its script; `file` is what it was told to load. */
  open?: { platform: Platform; file: string; boot: BootTry };
}

/** A firmware that looks for a server. */
interface Asking {
  mac: string;
  host: HostRow | undefined;
  pc: Pc;
  way: KnownWay;
  platform: Platform;
  files: readonly string[];
  transport: Transport;
}

const serves: Partial<Record<FirmwareChoice, Serves>> = { http: 'http-boot', local: 'nothing' };

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
  const known = createKnownWays(store, hosts.findByMac, deps.log);

  function touch(mac: string): Pc {
    const pc = pcs.get(mac) ?? { ways: new Map() };
    // Map keeps insertion order: taking it out and in again makes the first key the longest unseen.
    pcs.delete(mac);
    pcs.set(mac, pc);
    const [oldest] = pcs.keys();
    if (pcs.size > pcLimit && oldest !== undefined) pcs.delete(oldest);
    return pc;
  }

  function wayOf(pc: Pc, host: HostRow | undefined, platform: Platform, files: readonly string[]) {
    const [first] = files;
    if (first === undefined) return undefined;
    const before = pc.ways.get(platform) ?? known.load(host, platform);
    const way =
      before && files.includes(before.file)
        ? before
        : { file: first, offer: before?.offer ?? efiOffers[0], worked: false, failures: 0 };
    pc.ways.set(platform, way);
    return way;
  }

  /** A try has ended without its script; what the next one gets is in `way` after this. */
  function failed({ mac, host, pc, way, ...what }: Asking, half: 'file' | 'offer'): void {
    if (half === 'offer' && !deps.hasOffers()) return;
    way.failures += 1;
    if (way.failures < failuresAllowed(way)) return;
    const before = { ...way };
    Object.assign(way, nextWay(way, half, what), { failures: 0 });
    if (way.file !== before.file || way.offer !== before.offer) {
      way.worked = false;
      known.keep(mac, pc.ways);
    }
    if (host) tellFailure(mac, half, before, way);
  }

  function tellFailure(mac: string, half: 'file' | 'offer', before: BootWay, way: BootWay): void {
    const warn = { level: 'warn', mac } as const;
    if (way.file !== before.file) {
      const data = { file: before.file, next: way.file };
      timeline.record({ kind: 'firmware.file-failed', ...warn, data });
    } else if (way.offer !== before.offer) {
      const data = { offer: before.offer, next: way.offer };
      timeline.record({ kind: 'firmware.offer-failed', ...warn, data });
    } else if (half === 'file') {
      timeline.record({ kind: 'firmware.stuck', ...warn, data: { file: before.file } });
    }
  }

  /** A DISCOVER of the firmware: another of the same try, or the first of the next. */
  function asked(asking: Asking): void {
    const { pc, platform, transport, way } = asking;
    const nowMs = now();
    const last = pc.open?.platform === platform ? pc.open.boot : undefined;
    if (last && nowMs - last.lastAskedAtMs < sameAskMs) return;
    const verdict = last ? judge(last, { transport, nowMs }) : 'nothing';
    if (last && verdict === 'going-on') {
      last.asked += 1;
      last.lastAskedAtMs = nowMs;
      return;
    }
    if (verdict === 'file' || verdict === 'offer') failed(asking, verdict);
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
      const isAnswered = served === 'all' || (served === 'http-boot' && transport === 'http');
      if (way && stage === 'rom' && discovers && isAnswered) {
        asked({ mac, host, pc, way, platform, files, transport });
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
      known.keep(mac, pc.ways);
      if (!hosts.findByMac(mac)) return;
      const data = { file: way.file, offer: way.offer };
      timeline.record({ kind: 'firmware.worked', mac, data });
    },

    /** A PC that was in no list is now: what was found out of it is kept from now on. */
    adopted(mac: string): void {
      const pc = pcs.get(mac);
      if (pc) known.keep(mac, pc.ways);
    },

    /** Its mainboard or card is another, or somebody wants it tried again from the first on. */
    forget({ id, mac }: { id: number; mac: string }): void {
      pcs.delete(mac);
      known.forget({ id, mac });
    },

    close: known.close,
  };
}
