import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where tools are, a folder each. */
export interface ToolFolders {
  names(): Promise<string[]>;
  /** The text of a file in one of them; undefined where it is not. */
  read(name: string, file: string): Promise<string | undefined>;
}

/** Those below a directory, as they are at each call; none where it is not there. */
export function directoryToolFolders(parent: string): ToolFolders {
  return {
    names: () =>
      readdir(parent).then(
        (names) => names.sort(),
        () => [],
      ),
    read: (name, file) => readFile(join(parent, name, file), 'utf8').catch(() => undefined),
  };
}
