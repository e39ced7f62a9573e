import { Command, InvalidArgumentError, Option } from 'commander';
import { runDemo } from './demo.ts';
import { osImage } from './os-image.ts';
import type { Accel, Firmware } from './qemu.ts';

const knownFirmwares: readonly Firmware[] = ['bios', 'uefi', 'uefi-http'];

function parseFirmwares(text: string): Firmware[] {
  return text.split(',').map((name) => {
    const firmware = knownFirmwares.find((known) => known === name);
    if (!firmware) throw new InvalidArgumentError(`One of ${knownFirmwares.join(', ')}.`);
    return firmware;
  });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('A number of seconds.');
  return seconds;
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  console.error('The lab makes network namespaces: run it as root (sudo make demo).');
  process.exit(1);
}

const program = new Command('lab').description('Virtual PCs that boot for real, in namespaces');

program
  .command('demo')
  .description('boot virtual PCs from power-on to a running OS on their own iSCSI disks')
  .option('--pcs <firmware,...>', knownFirmwares.join(', '), parseFirmwares, ['bios', 'uefi'])
  .addOption(
    new Option('--accel <kind>', 'default: KVM where a guest really runs').choices(['kvm', 'tcg']),
  )
  .option('--timeout <seconds>', 'for each PC to reach its OS', parseSeconds, 300)
  .action(async (options: { pcs: Firmware[]; accel?: Accel; timeout: number }) => {
    requireRoot();
    const good = await runDemo({
      firmwares: options.pcs,
      ...(options.accel ? { accel: options.accel } : {}),
      bootTimeoutMs: options.timeout * 1000,
      write: (line) => console.log(line),
    });
    process.exitCode = good ? 0 : 1;
  });

program
  .command('image')
  .description("build the PCs' OS image if it is not in the cache, and print its path")
  .action(async () => {
    requireRoot();
    console.log(await osImage(() => console.error('building ...')));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
