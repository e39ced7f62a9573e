import { join } from 'node:path';
import type { Accel } from '../qemu.ts';
import type { Argv } from '../run.ts';
import type { ServerKernel } from './kernel.ts';

/** A disk's image, raw where nothing is said. */
export interface DiskImage {
  name: string;
  path: string;
  format?: 'raw' | 'qcow2';
}

export interface ServerHardware {
  accel: Accel;
  memoryMib: number;
  /** The tap interface that its eth0 is plugged into. */
  tap: string;
  mac: string;
  /** Images; the guest finds each as /dev/disk/by-id/virtio-NAME. */
  disks: readonly DiskImage[];
  kernel: ServerKernel;
  /** Words of the kernel's command line: `NAME=VALUE` becomes init's environment. */
  environment: Record<string, string>;
  /** Unix socket that QEMU connects the agent's port to. */
  agentSocket: string;
}

const parameters = [
  'console=ttyS0',
  'loglevel=4',
  // Whoever waits is told at once: QEMU ends at a panic (-no-reboot).
  'panic=-1',
  'oops=panic',
  'sysctl.kernel.hung_task_panic=1',
  // Time that a virtual machine has better uses for.
  'mitigations=off',
  'apparmor=0',
  'audit=0',
  'no_timer_check',
  'random.trust_cpu=on',
] as const;

/** The QEMU command of the server VM, whose kernel console is on stdout. */
export function serverArgv(server: ServerHardware): Argv {
  const environment = Object.entries(server.environment).map(([name, value]) => `${name}=${value}`);
  return [
    'qemu-system-x86_64',
    '-nodefaults',
    ...['-name', 'server'],
    ...['-machine', 'q35,smm=off,graphics=off'],
    ...['-accel', server.accel],
    ...['-cpu', server.accel === 'kvm' ? 'host' : 'max'],
    ...['-m', String(server.memoryMib)],
    ...['-display', 'none'],
    ...['-serial', 'stdio'],
    '-no-reboot',
    ...['-kernel', server.kernel.kernel],
    ...['-initrd', server.kernel.initramfs],
    ...['-append', [...parameters, ...environment].join(' ')],
    ...['-fsdev', 'local,id=host,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=host,mount_tag=host'],
    ...['-object', 'rng-random,id=rng0,filename=/dev/urandom'],
    ...['-device', 'virtio-rng-pci,rng=rng0'],
    ...['-chardev', `socket,id=agent,path=${server.agentSocket}`],
    ...['-device', 'virtio-serial-pci'],
    ...['-device', 'virtserialport,chardev=agent,name=agent'],
    ...['-netdev', `tap,id=n0,ifname=${server.tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${server.mac},romfile=`],
    ...server.disks.flatMap(diskArgs),
  ];
}

/** What the guest has flushed is safe from QEMU's end; the host's own end does not matter to a lab. */
function diskArgs({ name, path, format = 'raw' }: DiskImage, index: number): string[] {
  const options = `if=none,format=${format},cache=unsafe,discard=unmap,detect-zeroes=unmap`;
  return [
    ...['-drive', `${options},id=d${index},file=${path}`],
    ...['-device', `virtio-blk-pci,drive=d${index},serial=${name}`],
  ];
}

/** Where a VM keeps its files below the lab's directory. */
export const serverFiles = (dir: string) => ({
  agentSocket: join(dir, 'server-agent.sock'),
  disk: (name: string) => join(dir, `server-${name}.raw`),
});
