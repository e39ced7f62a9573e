import type { Serial } from './serial.ts';

/** What the lab image's init said when the OS was up. */
export interface PcUp {
  /** Milliseconds from power-on to the line on the console. */
  atMs: number;
  /** Partition of the root file system and the disk it is on: `/dev/sda2`, `sda`; `vda` is the PC's own. */
  root: string;
  disk: string;
  /** From the iSCSI session that the root disk belongs to, as the kernel knows it; `-` and NaN for its own. */
  target: string;
  lun: number;
  initiator: string;
  portal: string;
  /** From the firmware's iBFT. */
  ibftTarget: string;
  mac: string;
  address: string;
  firmware: 'bios' | 'uefi';
  /** Milliseconds since the kernel started. */
  uptimeMs: number;
  /** Different at every boot. */
  bootId: string;
}

/** A SCSI disk the OS sees; `target` is `-` for one that is not iSCSI, `label` `-` for none. */
export interface PcDisk {
  disk: string;
  target: string;
  lun: number;
  sizeBytes: number;
  label: string;
}

/** Commands to the lab image's init (guest/init.sh) over the serial port. One at a time. */
export interface PcConsole {
  /** Waits for the OS. */
  up(timeoutMs: number): Promise<PcUp>;
  /** Whether the OS could report to the appliance; waits for the attempt. */
  reported(timeoutMs: number): Promise<boolean>;
  /** Writes one line of text to a file and syncs. */
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  disks(): Promise<PcDisk[]>;
  /** SHA-256 of a file or device, in hex. */
  sum(path: string): Promise<string>;
  /** Copies a whole disk, its own root disk too, to another one; zeros are not written. */
  copy(from: string, to: string): Promise<void>;
  mount(device: string, path: string): Promise<void>;
  unmount(path: string): Promise<void>;
  /** HTTP from inside the PC; the body of the answer. Throws for every status but 2xx. */
  get(url: string): Promise<string>;
  post(url: string, body: string): Promise<string>;
  /** Runs a script of the PC's to its end; it has the console meanwhile. */
  run(path: string, timeoutMs?: number): Promise<void>;
  /** The kernel's last messages. */
  log(): Promise<string>;
  /** Asks the OS to shut down; follow with `pc.waitForOff`. */
  powerOff(): void;
  reboot(): void;
}

const commandTimeoutMs = 60_000;
/** For hundreds of megabytes over the network under tcg. */
const copyTimeoutMs = 180_000;

/** `send` types on the PC's serial port. */
export function createPcConsole(serial: Serial, send: (text: string) => void): PcConsole {
  let lastId = 0;

  async function command(text: string, timeoutMs = commandTimeoutMs): Promise<string> {
    if (text.includes('\n')) throw new Error('the console takes one line');
    lastId += 1;
    const id = `c${lastId}`;
    send(`${id} ${text}\n`);
    // The end of the line is matched too: an unfinished line must not count.
    const end = await serial.waitFor(
      new RegExp(`^cafeboot-pc: ${id} (ok|failed [a-z0-9-]+)$`),
      timeoutMs,
    );
    const answer = serial
      .lines()
      .filter((line) => line.text.startsWith(`cafeboot-pc: ${id} |`))
      .map((line) => line.text.slice(`cafeboot-pc: ${id} | `.length))
      .join('\n');
    if (!end.text.endsWith(' ok')) throw new Error(`${text}: ${end.text}\n${answer}`);
    return answer;
  }

  const done = async (text: string, timeoutMs?: number) => {
    await command(text, timeoutMs);
  };

  return {
    async up(timeoutMs) {
      const line = await serial.waitFor(/^cafeboot-pc: up .*bootId=[0-9a-f-]{36}$/, timeoutMs);
      return parseUp(line.text, line.atMs);
    },
    async reported(timeoutMs) {
      const line = await serial.waitFor(/^cafeboot-pc: report (ok|failed)$/, timeoutMs);
      return line.text.endsWith('ok');
    },
    write: (path, text) => done(`write ${path} ${text}`),
    read: (path) => command(`read ${path}`),
    disks: async () => (await command('disks')).split('\n').filter(Boolean).map(parseDisk),
    sum: (path) => command(`sum ${path}`),
    copy: (from, to) => done(`copy ${from} ${to}`, copyTimeoutMs),
    mount: (device, path) => done(`mount ${device} ${path}`),
    unmount: (path) => done(`unmount ${path}`),
    get: (url) => command(`get ${url}`),
    post: (url, body) => command(`post ${url} ${body}`),
    run: (path, timeoutMs) => done(`run ${path}`, timeoutMs),
    log: () => command('log'),
    powerOff: () => send('off poweroff\n'),
    reboot: () => send('off reboot\n'),
  };
}

function parsePairs(text: string): (key: string) => string {
  const pairs = new Map(
    text.split(' ').map((word) => {
      const at = word.indexOf('=');
      return [word.slice(0, at), word.slice(at + 1)] as const;
    }),
  );
  return (key) => {
    const value = pairs.get(key);
    if (value === undefined) throw new Error(`no ${key} in: ${text}`);
    return value;
  };
}

function parseUp(text: string, atMs: number): PcUp {
  const get = parsePairs(text);
  return {
    atMs,
    root: get('root'),
    disk: get('disk'),
    target: get('target'),
    lun: Number(get('lun')),
    initiator: get('initiator'),
    portal: get('portal'),
    ibftTarget: get('ibftTarget'),
    mac: get('mac'),
    address: get('address'),
    firmware: get('firmware') === 'uefi' ? 'uefi' : 'bios',
    uptimeMs: Number(get('uptimeMs')),
    bootId: get('bootId'),
  };
}

function parseDisk(text: string): PcDisk {
  const get = parsePairs(text);
  return {
    disk: get('disk'),
    target: get('target'),
    lun: Number(get('lun')),
    sizeBytes: Number(get('sizeBytes')),
    label: get('label'),
  };
}
