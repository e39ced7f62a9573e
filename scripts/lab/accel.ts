import { access, constants } from 'node:fs/promises';
import { type Accel, ovmfCode, ovmfVars } from './qemu.ts';
import { settledWithin, start } from './run.ts';

const probeTimeoutMs = 5000;

/**
 * KVM where a probe guest really runs under it, else TCG. A /dev/kvm that opens proves nothing: in
 * nested virtual machines guests may hang, or die at the first instruction KVM cannot emulate. The
 * probe is OVMF up to its choice of a boot device: real, protected and long mode, paging and timers.
 */
export async function findAccel(): Promise<Accel> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return 'tcg';
  }
  return (await firmwareRuns('kvm')) ? 'kvm' : 'tcg';
}

async function firmwareRuns(accel: Accel): Promise<boolean> {
  const verdict = Promise.withResolvers<boolean>();
  let text = '';
  const qemu = start(
    [
      'qemu-system-x86_64',
      '-nodefaults',
      ...['-machine', 'q35,smm=off'],
      ...['-accel', accel],
      ...['-m', '128'],
      ...['-display', 'none'],
      ...['-serial', 'stdio'],
      ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${ovmfCode}`],
      ...['-drive', `if=pflash,unit=1,format=raw,snapshot=on,file=${ovmfVars}`],
    ],
    {
      onStdoutText: (piece) => {
        text += piece;
        if (text.includes('BdsDxe: ')) verdict.resolve(true);
      },
      onStderr: (line) => {
        if (line.includes('KVM internal error')) verdict.resolve(false);
      },
    },
  );
  void qemu.exited.then(() => verdict.resolve(false));
  const settled = await settledWithin(verdict.promise, probeTimeoutMs);
  await qemu.stop(0);
  return settled && (await verdict.promise);
}
