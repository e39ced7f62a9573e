import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Accel } from './qemu.ts';
import { settledWithin, start } from './run.ts';

const probeTimeoutMs = 4000;

// A boot sector: mov dx,0x3f8; mov al,'K'; out dx,al; cli; hlt
const probeCode = [0xba, 0xf8, 0x03, 0xb0, 0x4b, 0xee, 0xfa, 0xf4];

/**
 * KVM where a probe guest really runs under it, else TCG: a /dev/kvm that opens proves nothing
 * (in nested virtual machines guests may hang before their first instruction).
 */
export async function findAccel(): Promise<Accel> {
  const dir = await mkdtemp(join(tmpdir(), 'cafeboot-accel-'));
  try {
    const disk = join(dir, 'probe.raw');
    const sector = Buffer.alloc(512);
    sector.set(probeCode);
    sector.writeUInt16BE(0x55aa, 510);
    await writeFile(disk, sector);
    return (await runsUnderKvm(disk)) ? 'kvm' : 'tcg';
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function runsUnderKvm(disk: string): Promise<boolean> {
  const printed = Promise.withResolvers<boolean>();
  const qemu = start(
    [
      'qemu-system-x86_64',
      '-nodefaults',
      ...['-accel', 'kvm'],
      ...['-m', '16'],
      ...['-display', 'none'],
      ...['-serial', 'stdio'],
      ...['-drive', `file=${disk},format=raw,if=ide,readonly=on,snapshot=on`],
    ],
    { onStdoutText: (text) => text.includes('K') && printed.resolve(true) },
  );
  void qemu.exited.then(() => printed.resolve(false));
  const answered = await settledWithin(printed.promise, probeTimeoutMs);
  await qemu.stop(0);
  return answered && (await printed.promise);
}
