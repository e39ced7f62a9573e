import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, openSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { FromAgent, HttpRequest, ProgramRequest, ToAgent } from '../protocol.ts';

/**
 * Runs programs in the server VM for the lab outside. JSON lines (protocol.ts) over a virtio-serial port.
 * Only Node's own modules: each file more takes its time here.
 */
const portName = 'agent';

function findPort(): string {
  const ports = '/sys/class/virtio-ports';
  const port = readdirSync(ports).find(
    (name) => readFileSync(join(ports, name, 'name'), 'utf8').trim() === portName,
  );
  if (port === undefined) throw new Error(`no virtio-serial port ${portName}`);
  return join('/dev', port);
}

const fd = openSync(findPort(), 'r+');
const output = createWriteStream('', { fd, autoClose: false });
const say = (line: FromAgent): void => {
  output.write(`${JSON.stringify(line)}\n`);
};

const children = new Map<number, ChildProcess>();

function startProgram(id: number, { argv, cwd, env }: ProgramRequest): void {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: cwd ?? '/', env: { ...process.env, ...env } });
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) say({ id, failed: error.code ?? '', message: error.message });
  });
  if (child.pid === undefined) return;
  children.set(id, child);
  say({ id, started: child.pid });
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (stdout: string) => say({ id, stdout }));
  child.stderr.setEncoding('utf8').on('data', (stderr: string) => say({ id, stderr }));
  child.on('close', (code) => {
    children.delete(id);
    say({ id, exited: code });
  });
}

function callHttp(id: number, { socketPath, method, path, body }: HttpRequest): void {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  const failed = (error: NodeJS.ErrnoException) =>
    say({ id, failed: error.code ?? '', message: error.message });
  const call = request({ socketPath, method, path, headers }, (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (piece: string) => {
      text += piece;
    });
    response.on('end', () => say({ id, status: response.statusCode ?? 0, body: text }));
    response.on('error', failed);
  });
  call.on('error', failed);
  call.end(body);
}

function take(line: ToAgent): void {
  if ('clock' in line) spawnSync('date', ['--set', `@${line.clock / 1000}`]);
  else if ('start' in line) startProgram(line.id, line.start);
  else if ('http' in line) callHttp(line.id, line.http);
  else tell(children.get(line.id), line);
}

/** A program that has ended meanwhile is told nothing. */
function tell(child: ChildProcess | undefined, line: Exclude<ToAgent, { clock: number }>): void {
  if ('write' in line) child?.stdin?.write(line.write);
  else if ('endInput' in line) child?.stdin?.end();
  else if ('kill' in line) child?.kill(line.kill);
}

createInterface({ input: createReadStream('', { fd, autoClose: false }) }).on('line', (line) =>
  take(JSON.parse(line) as ToAgent),
);
say({ ready: true });
