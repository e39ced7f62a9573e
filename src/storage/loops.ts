import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Run } from './exec.ts';

/** A loop device over a whole disk. */
export interface Loop {
  /** `/dev/loop3`. */
  path: string;
  disk: string;
}

interface LosetupRow {
  name: string;
  'back-file': string;
  offset: number;
  dio: boolean;
}

/** Those that show a whole disk or file from its first byte, through the page cache. */
export async function listLoops(run: Run): Promise<Loop[]> {
  const { stdout } = await run('losetup', [
    '--json',
    '--list',
    ...['--output', 'NAME,BACK-FILE,OFFSET,DIO'],
  ]);
  return parseLoops(stdout);
}

/** From losetup's JSON, which is empty where there are none. */
export function parseLoops(text: string): Loop[] {
  if (text.trim() === '') return [];
  const { loopdevices } = JSON.parse(text) as { loopdevices: LosetupRow[] };
  return loopdevices
    .filter(({ offset, dio }) => offset === 0 && !dio)
    .map((row) => ({ path: row.name, disk: row['back-file'] }));
}

/** The loop device of this disk: the one it has, or a new one. */
export async function ensureLoop(run: Run, disk: string): Promise<Loop> {
  const present = (await listLoops(run)).find((loop) => loop.disk === disk);
  if (present) return present;
  const { stdout: sectorBytes } = await run('blockdev', ['--getss', disk]);
  const { stdout } = await run('losetup', [
    ...['--find', '--show', '--direct-io=off', '--sector-size', sectorBytes.trim()],
    disk,
  ]);
  return { path: stdout.trim(), disk };
}

export async function removeLoop(run: Run, { path }: Loop): Promise<void> {
  await run('losetup', ['--detach', path]);
}

/** Whether a loop device shows this device, a part of it, or what it is a part of: unlike a mount, that claims none. */
export async function isBehindLoop(device: string, sys = '/sys'): Promise<boolean> {
  /** A partition's is below its disk's. */
  const placeOf = async (path: string) =>
    `${await realpath(join(sys, 'class/block', basename(path))).catch(() => path)}/`;
  const loops = (await readdir(join(sys, 'block'))).filter((name) => name.startsWith('loop'));
  const shown = await Promise.all(
    // Nothing where it shows nothing.
    loops.map((name) =>
      readFile(join(sys, 'block', name, 'loop/backing_file'), 'utf8').catch(() => ''),
    ),
  );
  const devices = shown.map((path) => path.trimEnd()).filter((path) => path.startsWith('/dev/'));
  const own = await placeOf(await realpath(device));
  const places = await Promise.all(devices.map(placeOf));
  return places.some((place) => place.startsWith(own) || own.startsWith(place));
}
