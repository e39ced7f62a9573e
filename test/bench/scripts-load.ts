/**
 * The load of the scripts section, as a process of its own: `node scripts-load.ts` reads one
 * ScriptsLoadOptions as JSON from stdin, lets all PCs ask at once, round after round, and prints one
 * ScriptsLoadResult as JSON. Plain sockets: an HTTP client's own work would be most of what is measured.
 */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ScriptsLoadOptions {
  server: string;
  port: number;
  /** Each PC's own address and the path that it asks for. */
  requests: { from: string; path: string }[];
  /** Part of every right answer. */
  expected: string;
  rounds: number;
}

export interface ScriptsLoadResult {
  /** From the SYN to the script's last byte. */
  p50Ms: number;
  p99Ms: number;
  /** All rounds together. */
  durationMs: number;
  failures: number;
  errors: string[];
}

const options: ScriptsLoadOptions = JSON.parse(await text(process.stdin));
const { server, port, requests, expected, rounds } = options;
const timesMs: number[] = [];
const errors: string[] = [];

function ask({ from, path }: { from: string; path: string }): Promise<void> {
  return new Promise((resolve) => {
    const startedMs = performance.now();
    let answer = '';
    const socket = connect({ host: server, port, localAddress: from, noDelay: true });
    socket.setEncoding('latin1');
    socket.setTimeout(60_000, () => socket.destroy(new Error('no answer')));
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${server}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', (error) => errors.push(`${path}: ${error.message}`));
    socket.on('end', () => {
      timesMs.push(performance.now() - startedMs);
      const isRight = answer.startsWith('HTTP/1.1 200 ') && answer.includes(expected);
      if (!isRight) errors.push(`${path}: ${answer}`);
    });
    socket.on('close', () => resolve());
  });
}

const startedMs = performance.now();
for (let round = 0; round < rounds; round += 1) await Promise.all(requests.map(ask));
const durationMs = performance.now() - startedMs;
timesMs.sort((a, b) => a - b);
const percentile = (share: number) =>
  timesMs[Math.min(timesMs.length - 1, Math.floor(timesMs.length * share))] ?? Number.NaN;
const result: ScriptsLoadResult = {
  p50Ms: percentile(0.5),
  p99Ms: percentile(0.99),
  durationMs,
  failures: errors.length,
  errors: errors.slice(0, 3),
};
console.log(JSON.stringify(result));
