import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CafebootError } from '../../errors.ts';
import { schemaVersion } from '../../store/store.ts';
import { type ReadOptions, readArchive } from './archive-reader.ts';
import {
  backupFormat,
  databaseName,
  type Manifest,
  manifestName,
  parseManifest,
} from './manifest.ts';

/** Below which files of the data directory may be; whatever else an archive names is not unpacked. */
const folders = ['boot/', 'tftp/'];
const largestManifestBytes = 16 * 1024 ** 2;

/**
 * Reads a backup whole, which proves it undamaged, and unpacks database and small files below `staging`.
 * Throws `backup_bad`, `backup_newer`.
 */
export async function unpackBackup(
  path: string,
  staging: string,
  options: ReadOptions = {},
): Promise<{ manifest: Manifest; files: string[] }> {
  let manifest: Manifest | undefined;
  const files: string[] = [];
  await readArchive(
    path,
    async ({ name, sizeBytes }, content) => {
      if (name === manifestName) {
        if (sizeBytes > largestManifestBytes) throw new RangeError(manifestName);
        manifest = parseManifest(Buffer.concat(await Array.fromAsync(content)).toString());
        refuseNewer(path, manifest);
        return;
      }
      if (!manifest) throw new RangeError(manifestName);
      if (name !== databaseName && !isOurs(name)) return;
      files.push(name);
      await mkdir(dirname(join(staging, name)), { recursive: true, mode: 0o700 });
      const target = createWriteStream(join(staging, name), { mode: 0o600, flags: 'wx' });
      await pipeline(Readable.from(content, { objectMode: false }), target);
    },
    options,
  );
  if (!manifest || !files.includes(databaseName)) {
    throw new CafebootError('backup_bad', { path, reason: databaseName });
  }
  return { manifest, files: files.filter((name) => name !== databaseName) };
}

const isOurs = (name: string): boolean =>
  normalize(name) === name && !name.includes('\0') && folders.some((each) => name.startsWith(each));

function refuseNewer(path: string, { format, schema, version }: Manifest): void {
  if (format > backupFormat || schema > schemaVersion) {
    throw new CafebootError('backup_newer', { path, version });
  }
}
