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
