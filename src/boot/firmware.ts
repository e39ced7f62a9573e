import type { Platform } from './archs.ts';
import type { Transport } from './client.ts';

/**
 * How a PC starts, as an administrator chooses it: `auto` finds out what works; `undionly`, `ipxe` and
 * `snponly` are boot files; `http` answers a firmware's HTTP boot only; `local` answers nothing, so that
 * the PC boots its own disk.
 */
export const firmwareChoices = ['auto', 'undionly', 'ipxe', 'snponly', 'http', 'local'] as const;
export type FirmwareChoice = (typeof firmwareChoices)[number];

/**
 * How a UEFI firmware is told its boot file. `boot-server`: it asks us on port 4011, as the firmwares
 * expect. `direct`: the OFFER has it all (option 43), for a firmware that fails to ask. `plain`: the
 * OFFER names the file and has no option 43, for one that trips over both.
 */
export const efiOffers = ['boot-server', 'direct', 'plain'] as const;
export type EfiOffer = (typeof efiOffers)[number];

/**
 * The boot files of a platform, the first default first. UEFI begins with snponly.efi: it drives the
 * card by the firmware's own driver, which has just loaded it and so works, whereas ipxe.efi has none
 * for the RTL8125 of many boards, and Debian 12's does not return to the firmware, so that no local
 * disk boots after it. BIOS has the same in undionly.kpxe; ipxe.pxe brings its own drivers.
 */
const filesOf: Record<Platform, readonly string[]> = {
  bios: ['undionly.kpxe', 'ipxe.pxe'],
  'efi-x64': ['snponly.efi', 'ipxe.efi'],
  'efi-ia32': ['ipxe-ia32.efi'],
  'efi-arm64': ['ipxe-arm64.efi'],
  'efi-arm32': [],
};

/** Every boot file that a PC may be told; what else is beside them is not for PCs. */
export const bootFileNames: readonly string[] = Object.values(filesOf).flat();

/** What a BIOS and a UEFI PC need at least; any of the files will do. */
export const bootFileNeeds = [
  { pcs: 'BIOS', files: filesOf.bios },
  { pcs: 'UEFI', files: filesOf['efi-x64'] },
];

/** The file that a choice stands for on each platform that has one. */
const chosenFiles: Partial<Record<FirmwareChoice, Partial<Record<Platform, string>>>> = {
  undionly: { bios: 'undionly.kpxe' },
  ipxe: { bios: 'ipxe.pxe', 'efi-x64': 'ipxe.efi' },
  snponly: { 'efi-x64': 'snponly.efi' },
};

/** One way to start: the boot file, and how UEFI is told of it. */
export interface BootWay {
  file: string;
  offer: EfiOffer;
}

/**
 * The boot files to try on a platform, in order. Those that are not there are left out, unless none is:
 * then a PC asks for the first, and is told in the timeline that it is missing. A choice that does not
 * fit the platform counts as none.
 */
export function alternativesOf(
  platform: Platform,
  choice: FirmwareChoice,
  present: ReadonlySet<string>,
): readonly string[] {
  const chosen = chosenFiles[choice]?.[platform];
  if (chosen !== undefined) return [chosen];
  const files = filesOf[platform];
  const there = files.filter((file) => present.has(file));
  return there.length > 0 ? there : files.slice(0, 1);
}

/** What was seen of one try to start, from its first DISCOVER on. Times are of one clock, in ms. */
export interface BootTry {
  transport: Transport;
  startedAtMs: number;
  lastAskedAtMs: number;
  /** DISCOVERs; those of one moment, heard by several interfaces, count once. */
  asked: number;
  /** It took an address from the DHCP server, or came to port 4011: the OFFERs are behind it. */
  movedOn: boolean;
  /** Whether it asked for its boot file, and got it whole. */
  fetch: 'none' | 'failed' | 'done';
}

/** EDK2 repeats its DISCOVER over 29 s, other firmware over up to a minute. */
const discoverMs = 60_000;
/** Fewer unanswered DISCOVERs may as well be a PC that somebody switched off. */
const fullSeries = 3;

/**
 * What a new DISCOVER of the firmware says of the try before, which never came to its script.
 * `going-on`: it belongs to that try. `file`: the boot file did not load, or did not start. `offer`: the
 * firmware did not take the OFFER up. `nothing`: it was probably switched off.
 */
export type Verdict = 'going-on' | 'file' | 'offer' | 'nothing';

export function judge(last: BootTry, asks: { transport: Transport; nowMs: number }): Verdict {
  if (last.fetch !== 'none') return 'file';
  // The OFFER to HTTP boot has one form only.
  if (last.transport === 'http') return last.movedOn ? 'nothing' : goesOnOr('nothing', last, asks);
  if (last.movedOn) return 'offer';
  return goesOnOr(last.asked >= fullSeries ? 'offer' : 'nothing', last, asks);
}

/** One series of DISCOVERs is of one transport and soon over. */
function goesOnOr(
  ended: Verdict,
  { transport, startedAtMs }: BootTry,
  asks: { transport: Transport; nowMs: number },
): Verdict {
  const goesOn = asks.transport === transport && asks.nowMs - startedAtMs <= discoverMs;
  return goesOn ? 'going-on' : ended;
}

/** A way that has worked is given up only when it fails so often in a row: people do switch PCs off. */
export const failuresAllowed = ({ worked }: { worked: boolean }): number => (worked ? 2 : 1);

/**
 * The way after one that failed. The other half stays: a file that was fetched shows that the OFFER is
 * fine, and one that was not fetched is not to blame. After the last alternative comes the first.
 * Only UEFI has more than one kind of OFFER.
 */
export function nextWay(
  way: BootWay,
  failed: 'file' | 'offer',
  { platform, files }: { platform: Platform; files: readonly string[] },
): BootWay {
  if (failed === 'file') return { ...way, file: after(files, way.file) };
  return platform === 'bios' ? way : { ...way, offer: after(efiOffers, way.offer) };
}

function after<Value>(list: readonly Value[], value: Value): Value {
  return list[(list.indexOf(value) + 1) % list.length] ?? value;
}
