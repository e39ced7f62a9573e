import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import packageJson from '../../package.json' with { type: 'json' };
import { type ApiCall, isListening, socketApi } from '../../src/cli/client.ts';

/** The whole program on the loopback, with the console and the boot server on free ports. */
export interface UiAppliance {
  /** Of the console: `http://127.0.0.1:…`. */
  url: string;
  /** Of the boot server. */
  bootUrl: string;
  pid: number;
  /** Its REST API, over the unix socket. */
  api: ApiCall;
  output(): string;
  stop(): Promise<void>;
}

const projectRoot = join(import.meta.dirname, '../..');
const [, ...nodeArguments] = packageJson.scripts.cafeboot.split(' ');
const startTimeoutMs = 60_000;
const poolSizeBytes = 1024 ** 3;

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Starts it with an empty data directory, and waits until it serves. */
export async function startUiAppliance(): Promise<UiAppliance> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-ui-'));
  const [console, boot, iscsi] = [await freePort(), await freePort(), await freePort()];
  const flags = {
    'data-dir': dataDir,
    'console-address': '127.0.0.1',
    'console-port': console,
    'http-port': boot,
    'iscsi-port': iscsi,
    'dhcp-port': 0,
    'pxe-port': 0,
    'tftp-port': 0,
    'thrift-port': 0,
    'pool-size-bytes': poolSizeBytes,
  };
  const argv = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let output = '';
  const child = execa(process.execPath, [...nodeArguments, ...argv, 'serve'], {
    cwd: projectRoot,
    all: true,
    reject: false,
    buffer: false,
    forceKillAfterDelay: 20_000,
  });
  child.all.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const { pid = 0 } = child;
  let ended = false;
  void child.then(() => {
    ended = true;
  });
  const stop = async () => {
    child.kill();
    await child;
    await rm(dataDir, { recursive: true, force: true });
  };
  const socketPath = join(dataDir, 'run', 'cafeboot.sock');
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await isListening(socketPath))) {
    if (ended || performance.now() > deadlineMs) {
      await stop();
      throw new Error(`cafeboot did not get ready:\n${output}`);
    }
    await sleep(50);
  }
  return {
    url: `http://127.0.0.1:${console}`,
    bootUrl: `http://127.0.0.1:${boot}`,
    pid,
    api: socketApi(socketPath),
    output: () => output,
    stop,
  };
}
