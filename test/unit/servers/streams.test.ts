import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sessionCookie } from '../../../src/http/caller.ts';
import { type EventStream, openEventStream } from '../../../src/http/sse.ts';
import { createFakeConsole, type FakeConsole } from '../../fakes/console.ts';

const heartbeatMs = 15_000;
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

describe('a stream of events', () => {
  let app: FastifyInstance;
  let stream: EventStream | undefined;
  let stopped = 0;
  let isAllowed: () => boolean;
  let start: () => void;

  beforeEach(async () => {
    stream = undefined;
    stopped = 0;
    isAllowed = () => true;
    start = () => {};
    app = Fastify({ forceCloseConnections: true });
    app.get('/', (_request, reply) => {
      openEventStream(reply, {
        isAllowed: () => isAllowed(),
        start(opened) {
          stream = opened;
          start();
          return () => {
            stopped += 1;
          };
        },
      });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => app.close());

  /** A reader that asks and then reads nothing. */
  async function stall(): Promise<() => boolean> {
    const { port } = app.server.address() as { port: number };
    const socket = connect(port, '127.0.0.1').pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    let isClosed = false;
    socket.on('error', () => {});
    socket.on('close', () => {
      isClosed = true;
    });
    await expect.poll(() => stream).toBeDefined();
    return () => {
      socket.resume();
      return isClosed;
    };
  }

  test.each([
    ['may not read any more', () => false],
    [
      'cannot be asked about',
      () => {
        throw new Error('the database is gone');
      },
    ],
  ])(
    'ends for a reader that %s, though it never reads; what comes later harms nobody',
    async (_, answer) => {
      const isClosed = await stall();
      for (let times = 0; times < 9; times++) stream?.write('x'.repeat(100_000));
      isAllowed = answer;
      vi.advanceTimersByTime(heartbeatMs);
      for (let times = 0; times < 3; times++) stream?.write('too late');
      await expect.poll(isClosed).toBe(true);
      expect(stopped).toBe(1);
    },
  );

  test('that cannot begin is cut off', async () => {
    start = () => {
      throw new Error('no such thing');
    };
    const isClosed = await stall();
    await expect.poll(isClosed).toBe(true);
    expect((await app.inject('/none')).statusCode).toBe(404);
  });
});

describe('who may go on reading a stream', () => {
  let opened: FakeConsole;
  let url: string;
  beforeEach(async () => {
    opened = await createFakeConsole();
    url = await opened.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => opened.close());

  /** Follows a stream; whether it has ended. */
  async function follow(path: string, headers: Record<string, string>): Promise<() => boolean> {
    const { body, status } = await fetch(url + path, { headers });
    expect(status).toBe(200);
    let hasEnded = false;
    const read = async () => {
      for await (const _ of body ?? []);
    };
    void read()
      .catch(() => {})
      .finally(() => {
        hasEnded = true;
      });
    return () => hasEnded;
  }

  const paths = ['/live/overview', '/api/v1/events/stream'];

  test.each(paths)('%s ends with its session', async (path) => {
    const { users, logins } = opened.fake.services;
    const user = await users.add('some-viewer', 'correct horse', 'viewer');
    const session = logins.open(user, '127.0.0.1');
    const hasEnded = await follow(path, { cookie: `${sessionCookie}=${session}` });
    vi.advanceTimersByTime(heartbeatMs);
    expect(hasEnded()).toBe(false);
    logins.close(session);
    vi.advanceTimersByTime(heartbeatMs);
    await expect.poll(hasEnded).toBe(true);
  });

  test.each(paths)('%s ends with its API token', async (path) => {
    const { users, apiTokens } = opened.fake.services;
    await users.add('some-viewer', 'correct horse', 'viewer');
    const { id, token } = apiTokens.add('some-viewer', 'screen');
    const hasEnded = await follow(path, { authorization: `Bearer ${token}` });
    vi.advanceTimersByTime(heartbeatMs);
    expect(hasEnded()).toBe(false);
    apiTokens.remove(id);
    vi.advanceTimersByTime(heartbeatMs);
    await expect.poll(hasEnded).toBe(true);
  });

  test('events that were missed meanwhile are told first', async () => {
    const { users, apiTokens, timeline } = opened.fake.services;
    await users.add('some-viewer', 'correct horse', 'viewer');
    const { token } = apiTokens.add('some-viewer', 'screen');
    for (let index = 0; index < 5; index++) timeline.record({ kind: 'pool.recovered' });
    const last = timeline.list({}).at(-1)?.id ?? 0;
    const headers = { authorization: `Bearer ${token}`, 'last-event-id': String(last - 3) };
    const { body } = await fetch(`${url}/api/v1/events/stream?limit=1`, { headers });
    let text = '';
    for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      if (text.includes(`id: ${last}\n`)) break;
    }
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual([last - 2, last - 1, last]);
  });

  test('one that is for administrators ends when its reader is none any more', async () => {
    const { users, apiTokens } = opened.fake.services;
    await users.add('boss', 'correct horse', 'admin');
    await users.add('other', 'correct horse', 'admin');
    const headers = { authorization: `Bearer ${apiTokens.add('other', 'screen').token}` };
    const follows = [await follow('/live/backups', headers), await follow('/live/tasks', headers)];
    users.setRole('other', 'viewer');
    vi.advanceTimersByTime(heartbeatMs);
    await expect.poll(follows[0] ?? (() => false)).toBe(true);
    expect(follows[1]?.()).toBe(false);
  });
});
