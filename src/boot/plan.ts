import type { Platform } from './archs.ts';
import type { EfiOffer } from './firmware.ts';

/** What to do with an iPXE that is not our build: give it our script, or our iPXE first. */
export type RechainPolicy = 'never' | 'always' | 'missing-features';

/** What happens to a PC nobody has entered yet. Only `ignore` matters to DHCP. */
export type UnknownPolicy = 'ignore' | 'local' | 'menu' | 'adopt';

/** Whose questions are answered: everybody's, all but a firmware's PXE boot, or nobody's. */
export type Serves = 'all' | 'http-boot' | 'nothing';

/** The boot file for each platform, as named under the TFTP root and under `httpBaseUrl`. */
export type BootFiles = Partial<Record<Platform, string>>;

/** How a served interface is seen by the PCs on its LAN; a reply leaving there carries this. */
export interface ServerIdentity {
  /** Dotted IPv4: options 54 and siaddr. */
  address: string;
  /** Where iPXE gets its script. */
  scriptUrl: string;
  /** Where the boot files are by HTTP; no slash at the end. */
  httpBaseUrl: string;
}

/** All that `decide` has to know about one PC at the moment it asks. */
export interface DhcpPlan {
  server: ServerIdentity;
  /** An administrator entered this PC. */
  known: boolean;
  unknownPolicy: UnknownPolicy;
  bootFiles: BootFiles;
  efiOffer: EfiOffer;
  serves: Serves;
  rechain: RechainPolicy;
  /** This MAC fetched one of our boot files (TFTP or HTTP) moments ago: it probably runs it now. */
  bootFileFetched: boolean;
  /** How many times lately this MAC, already in iPXE, was given a boot file: a loop's backstop. */
  recentRechains: number;
}
