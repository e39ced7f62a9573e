import { CafebootError, hasCode } from '../errors.ts';
import { type DiskFormat, diskFormats } from './disk-formats.ts';
import type { Run } from './exec.ts';

/** qemu-img's names of formats. */
const drivers: Record<DiskFormat, string> = {
  raw: 'raw',
  qcow2: 'qcow2',
  vhd: 'vpc',
  vhdx: 'vhdx',
  vmdk: 'vmdk',
};

export interface ConvertOptions {
  signal: AbortSignal;
  /** 0..1 */
  onProgress: (share: number) => void;
}

/** A disk of hundreds of gigabytes over a slow disk; people cancel what takes too long. */
const convertTimeoutMs = 24 * 3_600_000;

/** What a disk file is, from `qemu-img info`. */
export interface DiskInfo {
  format: DiskFormat;
  virtualSizeBytes: number;
}

/**
 * Parses `qemu-img info --output=json`. A file that says that other files belong to it is refused: whoever
 * made it could have any file of the server copied into an image. Throws `disk_file_unknown` or
 * `disk_file_refers`.
 */
export function parseInfo(text: string, path: string): DiskInfo {
  const info = JSON.parse(text) as {
    format: string;
    'virtual-size': number;
    'backing-filename'?: string;
    'format-specific'?: {
      data?: { 'data-file'?: string; extents?: { filename: string }[] };
    };
  };
  const format = diskFormats.find((each) => drivers[each] === info.format);
  if (!format) throw new CafebootError('disk_file_unknown', { path, format: info.format });
  const { 'data-file': dataFile, extents = [] } = info['format-specific']?.data ?? {};
  const other =
    info['backing-filename'] ??
    dataFile ??
    extents.map(({ filename }) => filename).find((name) => name !== path);
  if (other !== undefined) throw new CafebootError('disk_file_refers', { path, other });
  return { format, virtualSizeBytes: info['virtual-size'] };
}

/** The share done that the newest of qemu-img's progress lines tells, `    (12.34/100%)`. */
export function parseProgress(text: string): number | undefined {
  const [, percent] = [...text.matchAll(/\((\d+\.\d+)\/100%\)/g)].at(-1) ?? [];
  return percent === undefined ? undefined : Number(percent) / 100;
}

/** qemu-img, which reads and writes what other systems keep disks in. */
export function createQemuImg(run: Run) {
  const convert = async (args: string[], { signal, onProgress }: ConvertOptions) => {
    const onOutput = (text: string) => {
      const share = parseProgress(text);
      if (share !== undefined) onProgress(share);
    };
    const options = { signal, timeoutMs: convertTimeoutMs, onOutput, diesWithUs: true };
    await run('qemu-img', ['convert', '-p', ...args], options);
  };

  return {
    /** Throws `disk_file_unknown` for what is no disk file, or not of the format that is said. */
    async inspect(path: string, format?: DiskFormat): Promise<DiskInfo> {
      const said = format ? ['-f', drivers[format]] : [];
      const args = ['info', '--output=json', ...said, path];
      const { stdout } = await run('qemu-img', args).catch((error: unknown) => {
        throw new CafebootError('disk_file_unknown', { path, format: '' }, { cause: error });
      });
      return parseInfo(stdout, path);
    },

    /** Into a volume that reads as zeros and is large enough; what is zero is not written. Throws `no_space`. */
    async toVolume(path: string, format: DiskFormat, device: string, options: ConvertOptions) {
      const target = ['-n', '--target-is-zero', '-t', 'writeback'];
      const args = [...target, '-f', drivers[format], '-O', 'raw', path, device];
      await convert(args, options).catch((error: unknown) => {
        throw isFull(error) ? new CafebootError('no_space', {}, { cause: error }) : error;
      });
    },

    /** Makes or replaces `path`. Throws `destination_full`. */
    async fromVolume(device: string, path: string, format: DiskFormat, options: ConvertOptions) {
      const args = ['-t', 'writeback', '-f', 'raw', '-O', drivers[format], device, path];
      await convert(args, options).catch((error: unknown) => {
        if (!isFull(error)) throw error;
        throw new CafebootError('destination_full', { path }, { cause: error });
      });
    },
  };
}

/** A thin volume whose pool is full answers a write with an I/O error. */
function isFull(error: unknown): boolean {
  if (!hasCode(error, 'command_failed')) return false;
  const { stderr } = error.context;
  return /No space left|while writing .*(Input\/output error|Disk quota)/.test(String(stderr));
}
