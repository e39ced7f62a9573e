/**
 * The load of the TFTP section, as a process of its own: `node tftp-load.ts '{"address":..., ...}'` runs
 * `clients` clients at once, each reading the file `rounds` times, and prints one LoadResult as JSON.
 */
import { readFile } from 'node:fs/promises';
import { type Download, download } from './tftp-client.ts';

export interface LoadOptions extends Download {
  clients: number;
  rounds: number;
  /** The served file itself, to compare with. */
  original: string;
}

export interface LoadResult {
  durationMs: number;
  /** Files that arrived complete and right. */
  right: number;
  /** Everything else, with what went wrong (the first few). */
  failures: number;
  errors: string[];
}

const options: LoadOptions = JSON.parse(process.argv[2] ?? '{}');
const original = await readFile(options.original);
const errors: string[] = [];
let right = 0;

async function client(): Promise<void> {
  const target = Buffer.alloc(original.length + options.blksizeBytes);
  for (let round = 0; round < options.rounds; round += 1) {
    try {
      const sizeBytes = await download(options, target);
      if (target.subarray(0, sizeBytes).equals(original)) right += 1;
      else errors.push(`${sizeBytes} bytes arrived, but wrong`);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  }
}

const startedMs = performance.now();
await Promise.all(Array.from({ length: options.clients }, client));
const result: LoadResult = {
  durationMs: performance.now() - startedMs,
  right,
  failures: errors.length,
  errors: errors.slice(0, 3),
};
console.log(JSON.stringify(result));
