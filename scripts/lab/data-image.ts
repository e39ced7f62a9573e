import { copyFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeExt4 } from './os-disk.ts';

export interface DataImage {
  /** The raw image file to make. */
  path: string;
  /** Label of its ext4 file system, which has no partition table around it; at most 16 characters. */
  label: string;
  /** A multiple of 1024; default 16 MiB. */
  sizeBytes?: number;
  /** Files in its root directory: name to text. */
  files: Record<string, string>;
  /** More of them: name to the file that is copied. */
  copies?: Record<string, string>;
}

/** Makes a small data disk (a stand-in for a game disk) with known content. */
export async function makeDataImage(options: DataImage): Promise<void> {
  const { path, label, sizeBytes = 16 * 2 ** 20, files, copies = {} } = options;
  const content = await mkdtemp(join(dirname(path), 'data-image-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(content, name), text);
    for (const [name, from] of Object.entries(copies)) await copyFile(from, join(content, name));
    const image = await open(path, 'w');
    await image.truncate(sizeBytes);
    await image.close();
    await makeExt4({ path, offsetBytes: 0, sizeBytes, label, content });
  } finally {
    await rm(content, { recursive: true, force: true });
  }
}
