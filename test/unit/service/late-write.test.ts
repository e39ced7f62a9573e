import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLateWrite } from '../../../src/service/late-write.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('what is written late', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is written once after the delay, at once where asked, and lost where it cannot be written', () => {
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    let writes = 0;
    let isFull = false;
    const written = createLateWrite(log, {
      ...{ what: 'events', afterMs: 100 },
      write() {
        writes += 1;
        if (isFull) throw new Error('database or disk is full');
      },
    });
    written.soon();
    written.soon();
    vi.advanceTimersByTime(99);
    expect(writes).toBe(0);
    vi.advanceTimersByTime(200);
    expect(writes).toBe(1);
    isFull = true;
    written.soon();
    vi.advanceTimersByTime(100);
    expect(lines.join('')).toMatch(/"what":"events".*disk is full|disk is full.*"what":"events"/);
    isFull = false;
    written.soon();
    written.now();
    expect(writes).toBe(3);
    vi.advanceTimersByTime(1_000);
    expect(writes).toBe(3);
  });
});

describe('a full disk below the database', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  test('neither loses who is logged in, nor a task’s end, nor the process', async () => {
    const { services, store, clock } = fake;
    await services.users.add('admin', 'correct horse battery', 'admin');
    const { token } = await services.logins.login('admin', 'correct horse battery', '10.0.0.9');
    const { token: api } = services.apiTokens.add('admin', 'billing');
    const full = () => {
      throw new Error('database or disk is full');
    };
    const isDone = Promise.withResolvers<void>();
    const task = services.tasks.start('image.export', 'win', () => isDone.promise);
    vi.spyOn(store.sessions, 'saw').mockImplementation(full);
    vi.spyOn(store.apiTokens, 'used').mockImplementation(full);
    vi.spyOn(store.tasks, 'update').mockImplementation(full);
    const events = vi.spyOn(store.events, 'add').mockImplementation(full);
    clock.now += 3_600_000;
    expect(services.logins.find(token)).toMatchObject({ name: 'admin' });
    expect(services.apiTokens.find(api)).toMatchObject({ name: 'admin' });
    isDone.resolve();
    await services.tasks.ended(task.id);
    services.boots.answered(
      { mac: fakePc.mac, stage: 'rom', arch: { name: 'x86' } } as never,
      { type: 'offer', gives: 'boot-file', target: 'x' } as never,
    );
    await expect.poll(() => events.mock.calls.length).toBeGreaterThan(0);
    vi.restoreAllMocks();
    expect(services.timeline.list({})).toEqual(expect.any(Array));
  });
});
