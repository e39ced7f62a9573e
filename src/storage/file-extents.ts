import type { Run } from './exec.ts';

const timeoutMs = 60_000;

/**
 * Bytes of a file that are in no other one, from `filefrag -v` (e2fsprogs): a line for each extent, counted in
 * the blocks that the second line names, with the flag `shared` where another file has it too (FIEMAP).
 */
export function parseOwnBytes(text: string): number {
  const blockBytes = Number(/ blocks? of (\d+) bytes\)/.exec(text)?.[1]);
  const extents = text.matchAll(/^ *\d+: *\d+\.\. *\d+: *\d+\.\. *\d+: *(\d+):(.*)$/gm);
  let blocks = 0;
  for (const [, length, flags = ''] of extents) {
    if (!/\bshared\b/.test(flags)) blocks += Number(length);
  }
  return blocks * blockBytes;
}

/** Of a file on a filesystem with reflinks. */
export async function readOwnBytes(run: Run, path: string): Promise<number> {
  return parseOwnBytes((await run('filefrag', ['-v', path], { timeoutMs })).stdout);
}
