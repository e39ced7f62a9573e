import { pino } from 'pino';
import { bootFileNames } from '../../src/boot/firmware.ts';
import { CafebootError } from '../../src/errors.ts';
import type { CallAgent } from '../../src/power/agent.ts';
import type { BackupDirectories } from '../../src/service/backup/backups.ts';
import { createBootFiles } from '../../src/service/boot-files.ts';
import type { HostFields } from '../../src/service/host-fields.ts';
import { createServices } from '../../src/service/services.ts';
import { createSettings } from '../../src/service/settings.ts';
import { createDiskFiles } from '../../src/storage/disk-files.ts';
import { createDiskSetup } from '../../src/storage/disk-setup.ts';
import { run } from '../../src/storage/exec.ts';
import { openStore } from '../../src/store/store.ts';
import { fakeBooting } from './booting.ts';
import { noDirectories } from './directories.ts';
import { noPower } from './power.ts';
import { createFakeTargets, createFakeVolumes } from './storage.ts';
import { toolsBelow } from './tools.ts';

/** All use cases over an in-memory database and fake storage, with a clock that a test moves. */
export async function createFakeServices(
  path = ':memory:',
  httpRoot = '/nowhere',
  directories: Partial<BackupDirectories> = {},
) {
  const volumes = await createFakeVolumes();
  const targets = createFakeTargets();
  const neighbours = new Map<string, string>();
  const bootFiles = { present: new Set(bootFileNames) };
  const woken: { mac: string; address: string | undefined }[] = [];
  const agent: { answer: CallAgent } = { answer: noPower.callAgent };
  const clock = { now: 1_700_000_000_000 };
  const store = openStore(path);
  const services = createServices({
    store,
    settings: createSettings(store),
    volumes: volumes.store,
    targets: targets.server,
    diskFiles: createDiskFiles(run),
    diskSetup: createDiskSetup(run),
    bootFiles: { ...createBootFiles({ directories: [] }), present: () => bootFiles.present },
    directories: { ...noDirectories, ...directories },
    tools: toolsBelow(httpRoot),
    ...fakeBooting,
    log: pino({ level: 'silent' }),
    version: 'test',
    now: () => clock.now,
    findNeighbour: async (address) => neighbours.get(address),
    callAgent: async (message, where) => {
      const { address } = where;
      if (!(await where.isIt())) throw new CafebootError('agent_elsewhere', { address });
      return agent.answer(message, where);
    },
    wake: async (mac, address) => void woken.push({ mac, address }),
  });
  return { store, volumes, targets, neighbours, bootFiles, clock, agent, woken, services };
}

export type FakeServices = Awaited<ReturnType<typeof createFakeServices>>;

/** The PC of the fake cafe, where it is, and the target of its own disks. */
export const fakePc = {
  mac: '52:54:00:00:00:01',
  address: '10.77.0.101',
  target: 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001',
};

/** Fake services with the entry `win`, which has an os and a data image, and one PC that was seen. */
export async function createFakeCafe(host: HostFields = {}): Promise<FakeServices> {
  const fake = await createFakeServices();
  const { services } = fake;
  await services.images.createBlank({ name: 'win', kind: 'os' }, 1024);
  await services.images.createBlank({ name: 'games', kind: 'data' }, 2048);
  services.addEntry({ name: 'win', os: 'win', data: ['games'] });
  services.addHost({ name: 'pc-01', mac: fakePc.mac, entry: 'win', ...host });
  services.boots.sawAddress(fakePc.mac, fakePc.address);
  return fake;
}
