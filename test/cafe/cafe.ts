import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  type Appliance,
  runCafeboot,
  startAppliance,
  type TimelineEvent,
} from '../../scripts/lab/appliance.ts';
import { type Lab, startLab } from '../../scripts/lab/lab.ts';
import { osImage } from '../../scripts/lab/os-image.ts';
import type { Pc, PcSpec } from '../../scripts/lab/pc.ts';
import type { PcUp } from '../../scripts/lab/pc-console.ts';
import { type ServerVmSpec, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import type { ServerVm } from '../../scripts/lab/server-vm/vm.ts';
import type { ApiCall } from '../../src/cli/client.ts';
import type { HostFields } from '../../src/service/host-fields.ts';
import type { Task } from '../../src/service/tasks.ts';
import { evidenceOf } from './evidence.ts';

/** Under tcg, with another PC starting beside it on two busy cores. */
export const bootTimeoutMs = 240_000;
/** For what a firmware or iPXE does before any OS. */
export const firmwareTimeoutMs = 120_000;
/** Where the settings are as they are: `iqn.2022-10.org.dbc.iscsi`. */
export const targetPrefix = 'iqn.2022-10.org.dbc.iscsi';

/** The entry that every cafe has, and its image; the first image is number 1. */
export const entryName = 'debian';
const imageName = 'debian12';

/** A server VM's scratch disk of the name `pool`. */
export const poolDisk = '/dev/disk/by-id/virtio-pool';

export interface PcOptions extends Omit<PcSpec, 'mac'> {
  /** What is said of it besides name, MAC and entry; `unknown`: it is in no list. */
  host?: HostFields | 'unknown';
}

export interface CafeOptions {
  /** Images of kind `data` for the entry. */
  dataImages?: readonly DataImport[];
  /** cafeboot runs in a server VM, with lvm2 and LIO, instead of in a namespace. */
  serverVm?: ServerVmSpec;
  /** Disks are thin volumes in a group of this name, made on the VM's scratch disk `pool`, with a read cache. */
  volumeGroup?: string;
}

/** A lab where cafeboot serves one entry, and what the tests of a file do in it again and again. */
export interface Cafe {
  readonly lab: Lab;
  /** The VM it is in. Throws for a cafe without one. */
  readonly vm: () => ServerVm;
  /** The server that runs now: another one after `restart`. */
  readonly appliance: () => Appliance;
  /** The raw file that the golden OS disk was imported from. */
  readonly osImagePath: string;
  /** On the lab's own LAN, or on another one. */
  addPc(options: PcOptions, lan?: Pick<Lab, 'addPc'>): Promise<Pc>;
  /** Switches it on and waits for its OS and the OS's report. */
  boot(pc: Pc): Promise<PcUp>;
  /** The OS shuts down for a reboot, then the PC is switched on again: a reset ends QEMU. */
  reboot(pc: Pc): Promise<PcUp>;
  /** The OS shuts down and the PC goes off. */
  shutDown(pc: Pc): Promise<void>;
  /** `cafeboot ARGS --json`, parsed. */
  json<Result>(...args: string[]): Promise<Result>;
  /** What the timeline has of this PC since it was last switched on. */
  events(pc: Pc): Promise<TimelineEvent[]>;
  /** `kill -9` of the server. */
  crash(): Promise<void>;
  /** Another server on the same data directory. */
  restart(): Promise<void>;
  /** Checksum of an image's first version, as it is in the pool now. */
  goldenSum(imageNumber?: number): Promise<string>;
  /** For a failed test. */
  evidence(): Promise<string>;
  close(): Promise<void>;
}

/** One cafe for all tests of a file. A failed test shows what its PCs and the server said. */
export function useCafe(options: CafeOptions = {}): () => Cafe {
  let cafe: Cafe | undefined;
  const get = () => {
    if (!cafe) throw new Error('the cafe is not open');
    return cafe;
  };
  beforeAll(async () => {
    cafe = await openCafe(options);
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async () => console.log(await get().evidence()));
  });
  afterAll(() => cafe?.close());
  return get;
}

/** Starts a lab with cafeboot in it, imports the OS image and adds an entry for it; the menu waits 500 ms. */
async function openCafe(options: CafeOptions): Promise<Cafe> {
  const osImagePath = await osImage();
  const { serverVm } = options;
  const lab = serverVm ? await startServerLab({ vm: serverVm }) : await startLab();
  try {
    return await build(lab, osImagePath, options);
  } catch (error) {
    await lab.close();
    throw error;
  }
}

/** An image of kind `data` for the entry. */
export interface DataImport {
  name: string;
  /** Makes the raw file at `path`. */
  make: (path: string) => Promise<void>;
}

async function build(
  lab: Lab & { vm?: ServerVm },
  osImagePath: string,
  { dataImages = [], volumeGroup }: CafeOptions,
): Promise<Cafe> {
  if (volumeGroup) await useVolumeGroup(lab, volumeGroup);
  let appliance = await startAppliance(lab);
  const pcs: Pc[] = [];
  // Not by its command line, which takes seconds each time in a server VM; other tests try that.
  const api: ApiCall = (...call) => appliance.api(...call);
  await api('PUT', '/settings/menuTimeoutMs', { value: 500 });
  await importImage(api, { name: imageName, kind: 'os', path: osImagePath });
  for (const { name, make } of dataImages) {
    const path = join(lab.dir, `${name}.raw`);
    await make(path);
    await importImage(api, { name, kind: 'data', path });
  }
  const data = dataImages.map(({ name }) => name);
  await api('POST', '/entries', { name: entryName, os: imageName, data });

  async function boot(pc: Pc): Promise<PcUp> {
    pc.powerOn();
    const up = await pc.console.up(bootTimeoutMs);
    if (!(await pc.console.reported(30_000))) throw new Error(`${pc.name} could not report`);
    return up;
  }

  return {
    lab,
    vm() {
      if (!lab.vm) throw new Error('this cafe has no server VM');
      return lab.vm;
    },
    appliance: () => appliance,
    osImagePath,
    async addPc({ host = {}, ...spec }, lan = lab) {
      const number = String(pcs.length + 1).padStart(2, '0');
      const pc = await lan.addPc({ ...spec, mac: `52:54:00:ca:fe:${number}` });
      pcs.push(pc);
      if (host !== 'unknown') {
        const { name, mac } = pc;
        await api('POST', '/hosts', { name, mac, entry: entryName, ...host });
      }
      return pc;
    },
    boot,
    async reboot(pc) {
      pc.console.reboot();
      await pc.waitForOff(60_000);
      return boot(pc);
    },
    async shutDown(pc) {
      pc.console.powerOff();
      await pc.waitForOff(60_000);
    },
    json: async <Result>(...args: string[]) =>
      JSON.parse(await appliance.cli(...args, '--json')) as Result,
    async events(pc) {
      const events = (await api('GET', '/events?limit=500')) as TimelineEvent[];
      return events.filter(({ mac, at }) => mac === pc.mac && at >= pc.poweredOnAt());
    },
    crash: () => appliance.crash(),
    async restart() {
      appliance = await startAppliance(lab);
    },
    async goldenSum(imageNumber = 1) {
      const name = `img-${imageNumber}-v1`;
      const volume = volumeGroup
        ? `/dev/${volumeGroup}/cb-${name}`
        : join(appliance.dataDir, 'pool', `${name}.img`);
      // The pool is mounted where the appliance runs only.
      // MD5 is the quickest to compute where a machine is emulated.
      const said = await lab.server.run(['md5sum', volume], { timeoutMs: 240_000 });
      const [sum = ''] = said.split(' ');
      return sum;
    },
    evidence: () => evidenceOf(pcs, appliance),
    close: lab.close,
  };
}

/** As an administrator does it on a new server. */
export async function useVolumeGroup(lab: Lab, volumeGroup: string): Promise<void> {
  await runCafeboot(lab, 'storage', 'init', poolDisk, '--group', volumeGroup);
}

async function importImage(
  api: ApiCall,
  image: { name: string; kind: string; path: string },
): Promise<void> {
  const { id } = (await api('POST', '/images/import', image)) as Task;
  for (;;) {
    const { state, error } = (await api('GET', `/tasks/${id}`)) as Task;
    if (state === 'done') return;
    if (state !== 'running') throw new Error(`the import of ${image.name}: ${state} ${error}`);
    await sleep(300);
  }
}

/** The target of a PC's own disks. */
export function targetOf(pc: Pc): string {
  return `${targetPrefix}:sn.${entryName}.${pc.mac.replaceAll(':', '')}`;
}
