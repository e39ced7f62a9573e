import type { Logger } from 'pino';
import type { RenderScript } from '../boot/script.ts';
import type { CallAgent } from '../power/agent.ts';
import type { DiskFiles } from '../storage/disk-files.ts';
import type { DiskSetup } from '../storage/disk-setup.ts';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import type { BackupDirectories } from './backup/backups.ts';
import type { BootFiles } from './boot-files.ts';
import type { FindBootServer } from './menu-preview.ts';
import type { Passwords } from './passwords.ts';
import type { SettingsService } from './settings.ts';
import type { Tools } from './tools.ts';

/** What the use cases need of the machine. */
export interface ServiceDeps {
  store: Store;
  settings: SettingsService;
  volumes: VolumeStore;
  targets: TargetServer;
  diskFiles: DiskFiles;
  diskSetup: DiskSetup;
  bootFiles: BootFiles;
  tools: Tools;
  directories: BackupDirectories;
  renderScript: RenderScript;
  /** Where PCs find us, but for the disks' first LUN. */
  findBootServer: (address: string | null) => Omit<ReturnType<FindBootServer>, 'firstLun'>;
  /** Where disk files that people upload are until they are imported. */
  uploadsDir: string;
  log: Logger;
  version: string;
  now: () => number;
  passwords?: Passwords;
  findNeighbour: (address: string) => Promise<string | undefined>;
  callAgent: CallAgent;
  wake: (mac: string, address: string | undefined) => Promise<void>;
}
