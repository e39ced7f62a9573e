import {
  mkdir,
  readdir,
  readFile,
  rmdir,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { hasErrno } from './errno.ts';

/** Kernel objects as directories: making one is mkdir, its settings are files, a reference is a symlink. */
export const configfs = {
  /** Whether it was not there before. */
  async ensureDirectory(path: string): Promise<boolean> {
    return mkdir(path).then(
      () => true,
      (error: unknown) => {
        if (hasErrno(error, 'EEXIST')) return false;
        throw error;
      },
    );
  },
  /** An attribute takes its value in one write. */
  write: (path: string, value: string | number) => writeFile(path, `${value}`),
  /** Without the line's end; kernel objects that went meanwhile read as nothing. */
  async find(path: string): Promise<string | undefined> {
    return readFile(path, 'utf8').then((text) => text.trimEnd(), ifGone(undefined));
  },
  /** Names of the directories in it; the kernel's own attributes are files. */
  async directories(path: string): Promise<string[]> {
    const entries = await readdir(path, { withFileTypes: true }).catch(ifGone([]));
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  },
  async links(path: string): Promise<string[]> {
    const entries = await readdir(path, { withFileTypes: true }).catch(ifGone([]));
    return entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name);
  },
  /** `path` refers to `object`. */
  link: (object: string, path: string) => symlink(object, path),
  /** Directory and symlink alike; fine where it is gone. */
  removeDirectory: (path: string) => rmdir(path).catch(ifGone(undefined)),
  removeLink: (path: string) => unlink(path).catch(ifGone(undefined)),
  exists: (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    ),
};

function ifGone<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (hasErrno(error, 'ENOENT') || hasErrno(error, 'ENODEV')) return value;
    throw error;
  };
}
