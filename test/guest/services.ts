import { pino } from 'pino';
import type { BackupDirectories } from '../../src/service/backup/backups.ts';
import { createBootFiles } from '../../src/service/boot-files.ts';
import { createServices, type Services } from '../../src/service/services.ts';
import { createSettings } from '../../src/service/settings.ts';
import { createDiskFiles } from '../../src/storage/disk-files.ts';
import { createDiskSetup } from '../../src/storage/disk-setup.ts';
import { run } from '../../src/storage/exec.ts';
import type { TargetServer } from '../../src/storage/targets.ts';
import type { VolumeStore } from '../../src/storage/volumes.ts';
import type { Store } from '../../src/store/store.ts';
import { fakeBooting } from '../fakes/booting.ts';
import { noDirectories } from '../fakes/directories.ts';
import { noPower } from '../fakes/power.ts';
import { toolsBelow } from '../fakes/tools.ts';

export interface GuestServicesDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  directories?: BackupDirectories;
  now?: () => number;
}

/** All use cases over the volumes of this VM; nobody boots from it. */
export function servicesOn({
  directories = noDirectories,
  now = Date.now,
  ...deps
}: GuestServicesDeps): Services {
  return createServices({
    ...deps,
    settings: createSettings(deps.store),
    diskFiles: createDiskFiles(run),
    diskSetup: createDiskSetup(run),
    bootFiles: createBootFiles({ directories: [] }),
    tools: toolsBelow('/nowhere'),
    directories,
    log: pino({ level: 'warn' }),
    version: 'test',
    now,
    findNeighbour: async () => undefined,
    ...fakeBooting,
    ...noPower,
  });
}
