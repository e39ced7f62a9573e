import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeChapSecret } from '../../../src/service/chap.ts';
import { createCounters } from '../../../src/service/counters.ts';
import { createHosts } from '../../../src/service/hosts.ts';
import { createTimeline } from '../../../src/service/timeline.ts';
import { first } from '../../../src/store/migrations/0001-first.ts';
import { openStore } from '../../../src/store/store.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const { mac, address, target } = fakePc;
const draftTarget = 'iqn.2022-10.org.dbc.iscsi:sn.win';

describe('CHAP per host', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];

  beforeEach(async () => {
    fake = await createFakeCafe();
    services = fake.services;
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const boot = () => services.boots.attachFor(mac, 'win', address);
  const chapOf = (name = target) => fake.targets.specs.get(name)?.chap;

  test('on by default: the PC is given what its target asks for', async () => {
    const { chap } = await boot();
    expect(chap).toEqual({ userName: target, secret: expect.stringMatching(/^[A-Za-z0-9]{16}$/) });
    expect(chapOf()).toEqual(chap);
    expect((await boot()).chap).toEqual(chap);
  });

  test('a switch or a new secret reaches the target at the next boot, not under a running PC', async () => {
    const { chap } = await boot();
    services.updateHost('pc-01', { chap: false });
    services.hosts.renewSecret('pc-01');
    expect(chapOf()).toEqual(chap);
    expect((await boot()).chap).toBeNull();
    expect(chapOf()).toBeUndefined();
    services.updateHost('pc-01', { chap: true });
    const again = await boot();
    expect(again.chap).toMatchObject({ userName: target });
    expect(again.chap?.secret).not.toBe(chap?.secret);
  });

  test('each host has a secret of its own', async () => {
    services.addHost({ name: 'pc-02', mac: '525400000002', ip: '10.77.0.102' });
    const own = await boot();
    const other = await services.boots.attachFor('52:54:00:00:00:02', 'win', '10.77.0.102');
    expect(other.chap?.secret).not.toBe(own.chap?.secret);
  });

  test('the drafts are for the secret of the PC that has them', async () => {
    services.updateHost('pc-01', { super: true });
    services.addHost({ name: 'pc-02', mac: '525400000002', super: true, ip: '10.77.0.102' });
    const { chap } = await boot();
    expect(chapOf(draftTarget)).toEqual(chap);
    fake.clock.now += 121_000;
    const other = await services.boots.attachFor('52:54:00:00:00:02', 'win', '10.77.0.102');
    expect(chapOf(draftTarget)).toEqual(other.chap);
    expect(other.chap?.secret).not.toBe(chap?.secret);
  });

  test('a PC that is in super mode no more loses the drafts when it boots', async () => {
    services.updateHost('pc-01', { super: true });
    await boot();
    services.updateHost('pc-01', { super: false });
    expect(chapOf(draftTarget)).toBeDefined();
    await boot();
    expect([...fake.targets.specs.keys()]).toEqual([target]);
  });
});

test('hosts from before there was CHAP have it on, each with a secret that stays', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-chap-'));
  const path = join(directory, 'cafeboot.db');
  const old = new Database(path);
  old.exec(first);
  old.exec(`INSERT INTO hosts (mac, name, createdAt) VALUES ('${mac}', 'a', 1), ('x', 'b', 1)`);
  old.pragma('user_version = 1');
  old.close();
  const secrets = () => {
    const store = openStore(path);
    const timeline = createTimeline({
      store,
      counters: createCounters(),
      log: pino({ level: 'silent' }),
      now: Date.now,
    });
    const hosts = createHosts({ store, timeline, now: Date.now });
    const found = ['a', 'b'].map((name) => hosts.getRow(name));
    store.close();
    return found.map(({ chap, chapSecret }) => [chap, chapSecret]);
  };
  const made = secrets();
  expect(made).toEqual([
    [true, expect.stringMatching(/^[A-Za-z0-9]{16}$/)],
    [true, expect.stringMatching(/^[A-Za-z0-9]{16}$/)],
  ]);
  expect(made[0]).not.toEqual(made[1]);
  expect(secrets()).toEqual(made);
  await rm(directory, { recursive: true });
});

test('secrets have 16 letters and digits, each as often as any other', () => {
  const counts = new Map<string, number>();
  const secrets = new Set<string>();
  for (let index = 0; index < 10_000; index++) {
    const secret = makeChapSecret();
    expect(secret).toMatch(/^[A-Za-z0-9]{16}$/);
    secrets.add(secret);
    for (const letter of secret) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  expect(secrets.size).toBe(10_000);
  expect(counts.size).toBe(62);
  // 2581 of each on average, with a deviation of 50; a plain remainder would give eight of them 3125.
  for (const count of counts.values()) expect(Math.abs(count - 2581)).toBeLessThan(350);
});
