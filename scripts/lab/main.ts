import { Command, InvalidArgumentError, Option } from 'commander';
import { runDemo } from './demo.ts';
import { osImage } from './os-image.ts';
import type { Accel, Firmware } from './qemu.ts';
import { execInServer, serveServer } from './server-vm/shell.ts';
import type { ServerDisk } from './server-vm/vm.ts';

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

function parseDisk(text: string, previous: ServerDisk[] = []): ServerDisk[] {
  const [, name = '', gibibytes] = /^([a-z0-9]+)=(\d+)$/.exec(text) ?? [];
  if (!gibibytes) throw new InvalidArgumentError('NAME=GIB, as in pool=4.');
  return [...previous, { name, sizeBytes: Number(gibibytes) * 2 ** 30 }];
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  console.error('The lab makes network namespaces: run it as root (sudo make demo).');
  process.exit(1);
}

const program = new Command('lab')
  .description('Virtual PCs that boot for real, in namespaces')
  .enablePositionalOptions();

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

const socketOption = () =>
  new Option('--socket <path>', "the server VM's door").default('/tmp/cafeboot-server-vm.sock');

program
  .command('vm-start')
  .description('start a server VM with lvm2 and LIO, and keep it until Ctrl-C; see vm-exec')
  .option('--disk <name=gib>', 'a blank disk, /dev/disk/by-id/virtio-NAME', parseDisk, [])
  .option('--memory <mib>', 'its memory', Number, 1024)
  .addOption(socketOption())
  .action(async ({ disk, memory, socket }) => {
    requireRoot();
    await serveServer({
      socketPath: socket,
      vm: { disks: disk, memoryMib: memory },
      write: (line) => console.log(line),
    });
  });

program
  .command('vm-exec')
  .description(
    "run a command in the server VM, as this shell would; 'vm-exec reset' pulls its plug",
  )
  .addOption(socketOption())
  .option('--input', 'with this standard input, read to its end first')
  .argument('<command...>')
  .passThroughOptions()
  .action(async (argv: string[], { socket, input }) => {
    process.exitCode = await execInServer({ socketPath: socket, argv, withInput: input });
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
