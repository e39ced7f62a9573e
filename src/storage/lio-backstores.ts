import { stat } from 'node:fs/promises';
import { CafebootError } from '../errors.ts';
import { configfs } from './configfs.ts';
import { hasErrno } from './errno.ts';
import { backstoreName, ourBackstorePrefix } from './lio-names.ts';
import type { Lun } from './targets.ts';

export type Backstores = ReturnType<typeof createBackstores>;

/** What LIO keeps of a disk, whatever targets export it. */
export interface Backstore {
  /** Its directory, which a LUN refers to. */
  path: string;
  name: string;
  devicePath: string;
  serial: string;
}

/**
 * Disks behind LIO: `iblock` for devices, `fileio` for files, each under an HBA of its own, since several
 * under one break targetcli's clear and restore.
 */
export function createBackstores(root: string) {
  const core = `${root}/core`;
  let next = 0;
  /** Made, and no LUN refers to them yet. */
  const unlinked = new Set<string>();

  /** Claims a number by making its directory: nobody else can have it then. */
  async function claimHba(plugin: string): Promise<string> {
    for (;;) {
      const hba = `${core}/${plugin}_${next}`;
      next += 1;
      // Numbers of both plugins count as one series, as rtslib counts them.
      if (await configfs.ensureDirectory(hba)) return hba;
    }
  }

  async function configure(path: string, lun: Lun, sizeBytes: number | undefined) {
    const { devicePath, serial } = lun;
    // A file's writes go to the page cache and a flush of the PC writes them out, as a disk's cache does.
    const control =
      sizeBytes === undefined
        ? [`udev_path=${devicePath}`]
        : [`fd_dev_name=${devicePath},fd_dev_size=${sizeBytes}`, 'fd_buffered_io=1'];
    for (const text of control) await configfs.write(`${path}/control`, text);
    await configfs.write(`${path}/udev_path`, devicePath);
    await configfs.write(`${path}/wwn/vpd_unit_serial`, serial);
    await configfs.write(`${path}/enable`, 1);
    // UNMAP, so that what a PC deletes is free in the pool again.
    await configfs.write(`${path}/attrib/emulate_tpu`, 1);
    // Windows trims a disk that does not turn, and would defragment one that does: that fills overlays.
    await configfs.write(`${path}/attrib/is_nonrot`, 1);
  }

  async function remove(path: string): Promise<void> {
    unlinked.delete(path);
    await configfs.removeDirectory(path);
    await configfs.removeDirectory(path.slice(0, path.lastIndexOf('/')));
  }

  /** Removes those of ours that no LUN refers to: their disks are open as long as they are there. */
  async function sweep(): Promise<void> {
    for (const hba of await configfs.directories(core)) {
      if (!/^(iblock|fileio)_\d+$/.test(hba)) continue;
      for (const name of await configfs.directories(`${core}/${hba}`)) {
        const path = `${core}/${hba}/${name}`;
        if (!name.startsWith(ourBackstorePrefix) || unlinked.has(path)) continue;
        // EBUSY: a LUN refers to it.
        await remove(path).catch(() => undefined);
      }
    }
  }

  async function make(lun: Lun, sizeBytes: number | undefined): Promise<string> {
    const hba = await claimHba(sizeBytes === undefined ? 'iblock' : 'fileio');
    const path = `${hba}/${backstoreName(lun.devicePath)}`;
    unlinked.add(path);
    try {
      await configfs.ensureDirectory(path);
      await configure(path, lun, sizeBytes);
      return path;
    } catch (error) {
      await remove(path);
      throw error;
    }
  }

  return {
    /**
     * A LUN is to refer to it, which `linked` is told. Throws `not_found` where the device is missing, `in_use`
     * where something else has it open.
     */
    async create(lun: Lun): Promise<string> {
      const { devicePath } = lun;
      const info = await stat(devicePath).catch((error: unknown) => {
        throw new CafebootError('not_found', { volume: devicePath }, { cause: error });
      });
      const sizeBytes = info.isFile() ? info.size : undefined;
      try {
        return await make(lun, sizeBytes).catch(async (error: unknown) => {
          if (!hasErrno(error, 'EBUSY')) throw error;
          // A crash may have left one that has it open.
          await sweep();
          return make(lun, sizeBytes);
        });
      } catch (error) {
        if (!hasErrno(error, 'EBUSY')) throw error;
        throw new CafebootError('in_use', { name: devicePath }, { cause: error });
      }
    },

    async read(path: string): Promise<Backstore> {
      const serial = (await configfs.find(`${path}/wwn/vpd_unit_serial`)) ?? '';
      return {
        path,
        name: path.slice(path.lastIndexOf('/') + 1),
        devicePath: (await configfs.find(`${path}/udev_path`)) ?? '',
        serial: serial.replace('T10 VPD Unit Serial Number: ', ''),
      };
    },

    linked: (path: string): void => void unlinked.delete(path),

    sweep,

    /** Fine where it is gone. Throws `EBUSY` while a LUN refers to it. */
    remove,
  };
}
