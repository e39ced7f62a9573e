import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ApiCall } from '../../../src/cli/client.ts';
import type { Netns } from '../netns.ts';
import type { Place } from '../place.ts';
import type { Accel } from '../qemu.ts';
import { type Running, settledWithin } from '../run.ts';
import { createSerial, type Serial } from '../serial.ts';
import { createAgentLink } from './agent-link.ts';
import { agentApi } from './api.ts';
import { debianEnvironment, overlayRoot } from './debian-root.ts';
import { type DiskImage, serverArgv, serverFiles } from './hardware.ts';
import { serverKernel } from './kernel.ts';
import { agentPlace } from './programs.ts';

/** A disk of the server VM: sparse and blank at first; /dev/disk/by-id/virtio-NAME there. */
export interface ServerDisk {
  /** Letters and digits, at most 20. */
  name: string;
  sizeBytes: number;
}

export interface ServerVmOptions {
  /** Where QEMU runs and `tap` is. */
  netns: Netns;
  tap: string;
  /** Of its eth0, with the prefix length: `10.77.0.1/24`; default none. */
  address?: string;
  /** For its files, on a real file system; whoever made it removes it. */
  dir: string;
  accel: Accel;
  /** Beside the one called `data`, which is mounted at /var/lib/cafeboot and survives every reset. */
  disks?: readonly ServerDisk[];
  /**
   * An ext4 image whose own systemd is to run, with the lab's agent (debian.ts). It gets a disk `root` over
   * it, and there is none called `data`.
   */
  root?: string;
  /** Default 4 GiB, sparse. */
  dataDiskBytes?: number;
  /** Default 1024. */
  memoryMib?: number;
}

/**
 * A server with a stock Debian kernel, hence with device-mapper and the SCSI target. It runs the programs
 * and the checkout of this machine, at the same paths, and what it writes there is in its own memory only.
 */
export interface ServerVm extends Place {
  /** Calls the API of the cafeboot that listens on this unix socket in the guest. */
  api(socketPath: string): ApiCall;
  /** What its kernel said since it was last switched on. */
  readonly console: Serial;
  /** Pulls the plug and switches it on again, on the same disks; returns when it takes commands. */
  reset(): Promise<void>;
  /** Pulls the plug. */
  powerOff(): Promise<void>;
  isOn(): boolean;
  close(): Promise<void>;
}

/** On the disk called `data`. */
export const serverDataDir = '/var/lib/cafeboot';

const guestDir = fileURLToPath(new URL('guest', import.meta.url));
const bootTimeoutMs = 240_000;
/** An oops with its call trace. */
const consoleTailLines = 60;
const mac = '52:54:00:ca:fe:f1';

/** Switches a server VM on and waits until it takes commands. */
export async function startServerVm(options: ServerVmOptions): Promise<ServerVm> {
  const { netns, tap, dir, accel, address = '', memoryMib = 1024, disks = [] } = options;
  const files = serverFiles(dir);
  const kernel = await serverKernel();
  const blank = options.root
    ? disks
    : [{ name: 'data', sizeBytes: options.dataDiskBytes ?? 4 * 2 ** 30 }, ...disks];
  for (const { name, sizeBytes } of blank) await makeBlank(files.disk(name), sizeBytes);
  const images: DiskImage[] = blank.map(({ name }) => ({ name, path: files.disk(name) }));
  if (options.root) images.unshift(await overlayRoot(options.root, files.disk('root')));
  const argv = serverArgv({
    ...{ accel, memoryMib, tap, mac, kernel, agentSocket: files.agentSocket },
    disks: images,
    environment: options.root
      ? await debianEnvironment({ guestDir, address, dir })
      : {
          CAFEBOOT_NODE: process.execPath,
          CAFEBOOT_GUEST: guestDir,
          CAFEBOOT_MODULES: kernel.modules,
          CAFEBOOT_ADDRESS: address,
        },
  });
  const link = await createAgentLink(files.agentSocket);
  let qemu: Running | undefined;
  let feed = createSerial('server', () => 0);

  async function powerOn(): Promise<void> {
    const onAt = Date.now();
    const current = createSerial('server', () => Date.now() - onAt);
    feed = current;
    const running = netns.start(argv, {
      onStdoutText: (text) => current.push(text),
      onStderr: (line) => current.push(`\nqemu: ${line}\n`),
    });
    qemu = running;
    void running.exited.then((exitCode) => {
      current.end(`the server VM went off (QEMU: ${exitCode})`);
      link.gone(new Error(`the server VM went off (QEMU: ${exitCode})${saidBy(current)}`));
    });
    if (await settledWithin(link.ready(), bootTimeoutMs)) return link.ready();
    await running.stop(0);
    throw new Error(`the server VM did not start${saidBy(current)}`);
  }

  async function powerOff(): Promise<void> {
    await qemu?.stop(0);
    await qemu?.exited;
  }

  async function close(): Promise<void> {
    await powerOff();
    await link.close();
  }

  try {
    await powerOn();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...agentPlace(link),
    api: (socketPath) => agentApi(link, socketPath),
    console: {
      lines: () => feed.lines(),
      waitFor: (pattern, timeoutMs) => feed.waitFor(pattern, timeoutMs),
      onLine: (listener) => feed.onLine(listener),
    },
    async reset() {
      await powerOff();
      await powerOn();
    },
    powerOff,
    isOn: () => qemu?.running() ?? false,
    close,
  };
}

async function makeBlank(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, 'w');
  await file.truncate(sizeBytes);
  await file.close();
}

/** What stopped its kernel, where that is so, and the end of what it said. */
function saidBy(serial: Serial): string {
  const texts = serial.lines().map(({ text }) => text);
  const panic = texts.find((text) => text.includes('Kernel panic')) ?? '';
  return `. ${panic}\nIts console:\n${texts.slice(-consoleTailLines).join('\n')}`;
}
