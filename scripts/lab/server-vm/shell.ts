import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Argv } from '../run.ts';
import { type ServerLab, type ServerVmSpec, startServerLab } from './server-lab.ts';

interface ShellRequest {
  argv: Argv;
  cwd: string;
  input: string;
}

type ShellAnswer = { stdout: string } | { stderr: string } | { exitCode: number };

/** Starts a server VM in a lab of its own, for people, and runs what `execInServer` asks until a signal. */
export async function serveServer(options: {
  socketPath: string;
  vm: ServerVmSpec;
  write: (line: string) => void;
}): Promise<void> {
  const { socketPath, vm, write } = options;
  const startedAt = Date.now();
  const lab = await startServerLab({ vm, onInterrupt: () => write('switching it off ...') });
  lab.vm.console.onLine(({ text }) => write(`console: ${text}`));
  // Left by one that was killed.
  await rm(socketPath, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket })
      .once('line', (line) => void answer(lab, socket, JSON.parse(line) as ShellRequest))
      .on('error', () => undefined);
  });
  server.listen(socketPath);
  write(`ready after ${Date.now() - startedAt} ms; its files are in ${lab.dir}`);
  write(`nsenter -t ${lab.appliance.pid} -n ... is a machine on its network`);
}

async function answer(lab: ServerLab, socket: Socket, request: ShellRequest): Promise<void> {
  const say = (line: ShellAnswer) => socket.write(`${JSON.stringify(line)}\n`);
  const { argv, cwd, input } = request;
  if (argv[0] === 'reset') {
    await lab.vm.reset();
    say({ exitCode: 0 });
  } else {
    const program = lab.vm.start(argv, {
      cwd,
      onStdout: (line) => say({ stdout: `${line}\n` }),
      onStderr: (line) => say({ stderr: `${line}\n` }),
    });
    socket.on('close', () => void program.stop(1000));
    program.write(input);
    program.endInput();
    say({ exitCode: (await program.exited) ?? 255 });
  }
  socket.end();
}

/** Runs a command in the VM of `serveServer` with our output; returns its exit code, 255 after a signal. */
export async function execInServer(options: {
  socketPath: string;
  argv: readonly string[];
  withInput?: boolean;
}): Promise<number> {
  const { socketPath, argv, withInput = false } = options;
  const input = withInput ? await text(process.stdin) : '';
  const socket = connect(socketPath);
  socket.write(`${JSON.stringify({ argv, cwd: process.cwd(), input })}\n`);
  for await (const line of createInterface({ input: socket })) {
    const said = JSON.parse(line) as ShellAnswer;
    if ('stdout' in said) process.stdout.write(said.stdout);
    else if ('stderr' in said) process.stderr.write(said.stderr);
    else return said.exitCode;
  }
  throw new Error('the server VM went away');
}
