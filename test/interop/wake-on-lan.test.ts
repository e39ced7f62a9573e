import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Appliance, startAppliance } from './appliance.ts';
import { createLan, type Lan, type Running } from './netns.ts';

const python = '/usr/bin/python3';
let dataDir: string;
let lan: Lan<'server' | 'near' | 'far'>;
let appliance: Appliance;
let near: Running;
let far: Running;

/** A server with two interfaces: eth0 to `near`, eth1 to `far`. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cafeboot-wol-'));
  lan = await createLan({ server: '10.79.0.1/24', near: '10.79.0.2/24', far: null });
  const { server, far: farNode } = lan.nodes;
  const ip = (...args: string[]) => server.exec(['ip', ...args]);
  await ip(
    'link',
    'add',
    'eth1',
    'type',
    'veth',
    'peer',
    'name',
    'lan',
    'netns',
    farNode.namespace,
  );
  await ip('addr', 'add', '10.80.0.1/24', 'dev', 'eth1');
  await ip('link', 'set', 'eth1', 'up');
  await farNode.exec(['ip', 'link', 'set', 'lan', 'up']);
  const listen = async (node: 'near' | 'far', name: string) => {
    const frames = [python, join(import.meta.dirname, 'frames.py'), name, '9'] as const;
    const running = lan.nodes[node].spawn(frames);
    await running.waitFor(/listening/);
    return running;
  };
  near = await listen('near', 'eth0');
  far = await listen('far', 'lan');
  appliance = await startAppliance(server, {
    dataDir,
    flags: ['--pool-size-bytes', String(1024 ** 3)],
  });
});
afterAll(async () => {
  await lan.destroy();
  await rm(dataDir, { recursive: true });
});

/** Of the frames so far: who sent them, to which addresses, and what. */
const framesAt = ({ output }: Running) =>
  [...output().matchAll(/^[0-9a-f]+$/gm)].map(([hex]) => {
    const frame = Buffer.from(hex, 'hex');
    return {
      to: frame.subarray(0, 6).toString('hex'),
      from: frame.subarray(26, 30).join('.'),
      address: frame.subarray(30, 34).join('.'),
      payload: frame.subarray(42).toString('hex'),
    };
  });

const macOf = (number: number) => `5254000000${number}`;
const frame = (number: number, from: string) => ({
  to: 'ffffffffffff',
  from,
  address: '255.255.255.255',
  payload: 'ff'.repeat(6) + macOf(number).repeat(16),
});
const times = <Item>(count: number, item: Item) => Array<Item>(count).fill(item);

test('magic packets leave by the interface that the PC is behind, by all where nobody knows', async () => {
  const { api } = appliance;
  await api('POST', '/hosts', { name: 'near', mac: macOf(11), ip: '10.79.0.50' });
  await api('POST', '/hosts', { name: 'far', mac: macOf(12), ip: '10.80.0.50' });
  await api('POST', '/hosts', { name: 'anywhere', mac: macOf(13) });
  const wake = async (name: string) => {
    const { id } = (await api('POST', '/power', { action: 'on', hosts: [name] })) as { id: number };
    await expect.poll(() => api('GET', `/tasks/${id}`)).toMatchObject({ state: 'done' });
  };
  await wake('near');
  await expect.poll(() => framesAt(near)).toEqual(times(3, frame(11, '10.79.0.1')));
  expect(framesAt(far)).toEqual([]);
  await wake('far');
  await expect.poll(() => framesAt(far)).toEqual(times(3, frame(12, '10.80.0.1')));
  expect(framesAt(near)).toHaveLength(3);
  await wake('anywhere');
  await expect.poll(() => framesAt(near).slice(3)).toEqual(times(3, frame(13, '10.79.0.1')));
  await expect.poll(() => framesAt(far).slice(3)).toEqual(times(3, frame(13, '10.80.0.1')));
  const events = (await api('GET', '/events?host=near')) as { kind: string; data: object }[];
  expect(events.at(-1)).toMatchObject({
    kind: 'power.switched',
    data: { action: 'on', means: 'wol' },
  });
});
