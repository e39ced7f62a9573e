import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AgentLink, createAgentLink } from '../../../scripts/lab/server-vm/agent-link.ts';
import { agentApi } from '../../../scripts/lab/server-vm/api.ts';
import { agentPlace } from '../../../scripts/lab/server-vm/programs.ts';
import type { FromAgent, ToAgent } from '../../../scripts/lab/server-vm/protocol.ts';

let dir: string;
let link: AgentLink;
let guest: Socket;
/** What the agent answers to each line that is not about the clock. */
let answersTo: (line: Exclude<ToAgent, { clock: number }>) => readonly FromAgent[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cafeboot-link-'));
  link = await createAgentLink(join(dir, 'agent.sock'));
  answersTo = () => [];
  guest = plugIn();
  await link.ready();
});
afterEach(async () => {
  guest.destroy();
  await link.close();
  await rm(dir, { recursive: true });
});

function plugIn(): Socket {
  const socket = connect(join(dir, 'agent.sock'));
  // The link drops it when the VM goes off.
  socket.on('error', () => undefined);
  const say = (line: FromAgent) => socket.write(`${JSON.stringify(line)}\n`);
  createInterface({ input: socket })
    .on('line', (text) => {
      const line = JSON.parse(text) as ToAgent;
      if (!('clock' in line)) for (const answer of answersTo(line)) say(answer);
    })
    .on('error', () => undefined);
  say({ ready: true });
  return socket;
}

test('output comes in lines however it is cut, and its last line without an end too', async () => {
  answersTo = (line) =>
    'start' in line
      ? [
          { id: line.id, started: 42 },
          { id: line.id, stdout: 'one\ntw' },
          { id: line.id, stderr: 'bad' },
          { id: line.id, stdout: 'o\nthree' },
          { id: line.id, exited: 3 },
        ]
      : [];
  const stdout: string[] = [];
  const stderr: string[] = [];
  const program = agentPlace(link).start(['say'], {
    onStdout: (line) => stdout.push(line),
    onStderr: (line) => stderr.push(line),
  });
  expect(() => program.pid).toThrow('not started yet');
  expect(await program.exited).toBe(3);
  expect(program.pid).toBe(42);
  expect(stdout).toEqual(['one', 'two', 'three']);
  expect(stderr).toEqual(['bad']);
});

test('a VM that goes off fails what waits, ends what runs, and fails what is asked until it is back', async () => {
  const place = agentPlace(link);
  const waiting = place.run(['sleep', '600']);
  const running = place.start(['sleep', '600']);
  link.gone(new Error('Kernel panic'));
  await expect(waiting).rejects.toThrow('Kernel panic');
  expect(await running.exited).toBe(null);
  expect(running.running()).toBe(false);
  await expect(place.run(['true'])).rejects.toThrow('Kernel panic');

  answersTo = (line) => ('start' in line ? [{ id: line.id, exited: 0 }] : []);
  guest = plugIn();
  await link.ready();
  expect(await place.run(['true'])).toBe('');
});

test("the API's answers and errors come as over the socket itself", async () => {
  answersTo = (line) => {
    if (!('http' in line)) return [];
    const { method, path } = line.http;
    if (path.endsWith('/gone')) return [{ id: line.id, failed: 'ENOENT', message: 'no socket' }];
    const isGet = method === 'GET';
    const body = isGet ? { path } : { code: 'not_found', context: { kind: 'image' } };
    return [{ id: line.id, status: isGet ? 200 : 404, body: JSON.stringify(body) }];
  };
  const api = agentApi(link, '/run/cafeboot.sock');
  expect(await api('GET', '/images')).toEqual({ path: '/api/v1/images' });
  await expect(api('DELETE', '/images/x')).rejects.toMatchObject({ code: 'not_found' });
  await expect(api('GET', '/gone')).rejects.toMatchObject({ code: 'server_not_running' });
});
