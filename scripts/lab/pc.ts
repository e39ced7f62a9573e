import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Netns } from './netns.ts';
import { createPcConsole, type PcConsole } from './pc-console.ts';
import { type Accel, type Firmware, ovmfVars, qemuArgv } from './qemu.ts';
import { type Running, settledWithin } from './run.ts';
import { createSerial, type Serial } from './serial.ts';

export interface PcSpec {
  /** Also names its files: letters, digits, `-`. */
  name: string;
  firmware: Firmware;
  /** `52:54:00:...` */
  mac: string;
  /** Default 512; 256 is enough for BIOS firmware and boot scripts alone. */
  memoryMib?: number;
  /** Raw image of a disk of its own, which it boots where the network lets it; never written to. */
  localDisk?: string;
}

/** A virtual PC that is switched off until `powerOn`. Its firmware variables survive power cycles. */
export interface Pc {
  readonly name: string;
  readonly mac: string;
  readonly firmware: Firmware;
  /** When it was last switched on, ms since the epoch; 0 before. */
  poweredOnAt(): number;
  powerOn(): void;
  /** Pulls the plug. */
  powerOff(): Promise<void>;
  isOn(): boolean;
  /** Waits until the PC has switched itself off (or, as a reset ends QEMU, rebooted). Throws when it did not. */
  waitForOff(timeoutMs: number): Promise<void>;
  /** Types on its serial port, its keyboard in firmware and iPXE, as slowly as those can read. */
  type(text: string): Promise<void>;
  /** What it said since the last `powerOn`. */
  readonly serial: Serial;
  /** Talks to the lab image's init, once the OS is up. */
  readonly console: PcConsole;
}

export interface PcPlace {
  /** Where QEMU runs and `tap` is. */
  netns: Netns;
  tap: string;
  /** For the PC's own files; the lab removes it. */
  dir: string;
  accel: Accel;
}

/** SeaBIOS looks at the serial port at each tick of its clock (55 ms) and drops what does not fit. */
const keyMs = 60;

/** Makes a PC, switched off. */
export async function createPc(spec: PcSpec, place: PcPlace): Promise<Pc> {
  const varsPath = join(place.dir, `${spec.name}.vars.fd`);
  if (spec.firmware !== 'bios') await copyFile(ovmfVars, varsPath);
  const argv = qemuArgv({ memoryMib: 512, ...spec, ...place, varsPath });
  let onAt = 0;
  let qemu: Running | undefined;
  let feed = createSerial(spec.name, () => Date.now() - onAt);
  feed.end('the PC is off');

  const isOn = () => qemu?.running() ?? false;
  const serial: Serial = {
    lines: () => feed.lines(),
    waitFor: (...wait) => feed.waitFor(...wait),
    onLine: (listener) => feed.onLine(listener),
  };
  return {
    name: spec.name,
    mac: spec.mac,
    firmware: spec.firmware,
    poweredOnAt: () => onAt,
    powerOn() {
      if (isOn()) throw new Error(`${spec.name} is already on`);
      onAt = Date.now();
      const current = createSerial(spec.name, () => Date.now() - onAt);
      feed = current;
      qemu = place.netns.start(argv, {
        onStdoutText: (text) => current.push(text),
        onStderr: (line) => current.push(`\nqemu: ${line}\n`),
      });
      void qemu.exited.then((exitCode) => current.end(`the PC went off (QEMU: ${exitCode})`));
    },
    async powerOff() {
      await qemu?.stop(0);
    },
    isOn,
    async waitForOff(timeoutMs) {
      if (qemu && !(await settledWithin(qemu.exited, timeoutMs))) {
        throw new Error(`${spec.name} is still on after ${timeoutMs} ms`);
      }
    },
    async type(text) {
      for (const key of text) {
        qemu?.write(key);
        await sleep(keyMs);
      }
    },
    serial,
    console: createPcConsole(serial, (text) => qemu?.write(text)),
  };
}
