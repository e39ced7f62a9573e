import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTransmit, type FilePart } from '../../../src/servers/boot-http/transmit.ts';

/** Many reads long, and no multiple of one. */
const content = randomBytes(5 * 1024 * 1024 + 123);
let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cafeboot-transmit-'));
  path = join(directory, 'image');
  await writeFile(path, content);
});
afterEach(() => rm(directory, { recursive: true }));

/** A server that sends this part; `outcomes` tells how each transmission ended. */
async function serve(part: Partial<FilePart> = {}) {
  const transmit = createTransmit();
  const outcomes: Promise<unknown>[] = [];
  const server = createServer((_request, response) => {
    const whole = { path, start: 0, lengthBytes: content.length, ...part };
    response.writeHead(200, { 'content-length': whole.lengthBytes });
    outcomes.push(
      transmit(whole, response).then(
        () => 'sent',
        (error: Error) => error.message,
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async () => {
    const [response] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response');
    return response as IncomingMessage;
  };
  return { ask, outcomes, close: () => new Promise((closed) => server.close(closed)) };
}

test('a file many reads long arrives as it is, also at many readers at once', async () => {
  const { ask, outcomes, close } = await serve();
  const arrived = await Promise.all(Array.from({ length: 20 }, async () => buffer(await ask())));
  expect(arrived.every((each) => each.equals(content))).toBe(true);
  expect(await Promise.all(outcomes)).toEqual(Array(20).fill('sent'));
  await close();
});

test('a part begins and ends where it was asked to', async () => {
  const { ask, close } = await serve({ start: 1_000_001, lengthBytes: 2_000_003 });
  const arrived = await buffer(await ask());
  expect(arrived.equals(content.subarray(1_000_001, 3_000_004))).toBe(true);
  await close();
});

test('a PC that goes away ends its transmission', async () => {
  const { ask, outcomes, close } = await serve();
  const response = await ask();
  await once(response, 'data');
  response.destroy();
  expect(await outcomes[0]).not.toBe('sent');
  await close();
});

test('a file that became shorter closes the connection instead of leaving it open', async () => {
  const { ask, outcomes, close } = await serve();
  await truncate(path, 1_000);
  await expect(buffer(await ask())).rejects.toThrow('aborted');
  expect(await outcomes[0]).toMatch(/became shorter/);
  await close();
});
