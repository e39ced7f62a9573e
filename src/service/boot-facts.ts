import type { RechainPolicy, UnknownPolicy } from '../boot/plan.ts';
import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { StartFacts } from './firmware.ts';
import type { FoundTool } from './tools.ts';

/** What the service knows that a DHCP answer depends on. */
export interface BootFacts extends StartFacts {
  known: boolean;
  unknownPolicy: UnknownPolicy;
  rechain: RechainPolicy;
  /** One of our iPXE binaries was fetched by this PC moments ago: that is what runs now. */
  bootFileFetched: boolean;
  /** How often its iPXE was told to load a boot file in the last two minutes. */
  recentRechains: number;
}

/** What the screen of a PC shows, decided; the boot server renders it. */
export type MenuPlan =
  | {
      kind: 'menu';
      host: HostRow;
      entries: EntryRow[];
      defaultEntry: EntryRow | undefined;
      /** The image that the PC captures its own disk to, where it does. */
      capture: string | null;
      /** For a PC in super mode. */
      tools: FoundTool[];
    }
  | { kind: 'unknown' }
  | { kind: 'local' };

/** A finished TFTP transfer. */
export interface Transfer {
  address: string;
  file: string;
  sizeBytes: number;
  durationMs: number;
  outcome: string;
  /** Why it did not end well. */
  reason?: string;
}
