import type { Argv } from './run.ts';

/**
 * How a PC starts: `bios` SeaBIOS with an iPXE option ROM, `uefi` OVMF's own PXE,
 * `uefi-http` OVMF that boots over HTTP only.
 */
export type Firmware = 'bios' | 'uefi' | 'uefi-http';

/** As people say them. */
export const firmwareNames: Record<Firmware, string> = {
  bios: 'BIOS',
  uefi: 'UEFI',
  'uefi-http': 'UEFI HTTP',
};

/** What runs a guest's instructions; see accel.ts. */
export type Accel = 'kvm' | 'tcg';

export const ovmfCode = '/usr/share/OVMF/OVMF_CODE_4M.fd';
/** The template of a PC's non-volatile variables; each PC writes to its own copy. */
export const ovmfVars = '/usr/share/OVMF/OVMF_VARS_4M.fd';

export interface PcHardware {
  name: string;
  firmware: Firmware;
  mac: string;
  memoryMib: number;
  accel: Accel;
  /** The tap interface the network card is plugged into. */
  tap: string;
  /** The PC's copy of `ovmfVars`; not used with `bios`. */
  varsPath: string;
  /** Raw image of a disk that comes after the network in the boot order; writes are not kept. */
  localDisk?: string;
}

/** The QEMU command of a diskless PC whose serial port is on stdin and stdout. */
export function qemuArgv(pc: PcHardware): Argv {
  const uefi = pc.firmware !== 'bios';
  // Without an option ROM, OVMF's own network stack is what boots.
  const rom = uefi ? ',romfile=' : '';
  return [
    'qemu-system-x86_64',
    '-nodefaults',
    ...['-name', pc.name],
    // graphics=off sends the text of SeaBIOS and iPXE to the serial port.
    ...['-machine', uefi ? 'q35,smm=off,graphics=off' : 'pc,graphics=off'],
    ...['-accel', pc.accel],
    ...['-m', String(pc.memoryMib)],
    ...['-display', 'none'],
    ...['-serial', 'stdio'],
    // Resets from inside are unreliable under tcg: a reboot ends QEMU, and the lab powers it on again.
    '-no-reboot',
    ...(uefi ? uefiArgs(pc) : []),
    ...['-netdev', `tap,id=n0,ifname=${pc.tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${pc.mac},bootindex=1${rom}`],
    ...(pc.localDisk ? localDiskArgs(pc.localDisk) : []),
  ];
}

function localDiskArgs(path: string): string[] {
  return [
    ...['-drive', `if=none,id=d0,format=raw,snapshot=on,file=${path}`],
    ...['-device', 'virtio-blk-pci,drive=d0,bootindex=2'],
  ];
}

function uefiArgs(pc: PcHardware): string[] {
  return [
    ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${ovmfCode}`],
    ...['-drive', `if=pflash,unit=1,format=raw,file=${pc.varsPath}`],
    // PXE by IPv6, which nobody answers in a cafe, would take a minute before the next way is tried.
    ...switchedOff('IPv6PXESupport'),
    ...(pc.firmware === 'uefi-http' ? switchedOff('IPv4PXESupport') : []),
  ];
}

const switchedOff = (option: string): string[] => [
  '-fw_cfg',
  `name=opt/org.tianocore/${option},string=no`,
];
