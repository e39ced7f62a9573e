/** What a boot file must be built for. */
export type Platform = 'bios' | 'efi-ia32' | 'efi-x64' | 'efi-arm32' | 'efi-arm64';

/** One value of option 93. */
export interface Arch {
  number: number;
  platform: Platform;
  /** For people, in the log and the console. */
  name: string;
}

/**
 * The values of option 93 that can boot here (IANA "Processor Architecture Types").
 * x64 UEFI is 7 in practice and 9 by RFC 4578, whose numbers 7 and 9 were swapped by its erratum.
 */
const archs: readonly Arch[] = [
  { number: 0, platform: 'bios', name: 'BIOS' },
  { number: 6, platform: 'efi-ia32', name: 'UEFI IA32' },
  { number: 7, platform: 'efi-x64', name: 'UEFI x64' },
  { number: 9, platform: 'efi-x64', name: 'UEFI x64' },
  { number: 10, platform: 'efi-arm32', name: 'UEFI ARM32' },
  { number: 11, platform: 'efi-arm64', name: 'UEFI ARM64' },
  { number: 15, platform: 'efi-ia32', name: 'UEFI IA32 HTTP boot' },
  { number: 16, platform: 'efi-x64', name: 'UEFI x64 HTTP boot' },
  { number: 17, platform: 'efi-x64', name: 'UEFI x64 HTTP boot' },
  { number: 18, platform: 'efi-arm32', name: 'UEFI ARM32 HTTP boot' },
  { number: 19, platform: 'efi-arm64', name: 'UEFI ARM64 HTTP boot' },
  { number: 20, platform: 'bios', name: 'BIOS HTTP boot' },
];

const byNumber: ReadonlyMap<number, Arch> = new Map(archs.map((arch) => [arch.number, arch]));

/** What a value of option 93 stands for, or undefined where nothing of ours can boot on it. */
export function findArch(number: number): Arch | undefined {
  return byNumber.get(number);
}
