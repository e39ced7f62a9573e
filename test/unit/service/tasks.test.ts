import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { type TaskControl, taskLineCodes } from '../../../src/service/tasks.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('tasks', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  /** A task that a test drives. */
  function start() {
    let control: TaskControl | undefined;
    let end = (_error?: Error) => {};
    const task = fake.services.tasks.start('image.import', 'win11', (given) => {
      control = given;
      return new Promise((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve());
      });
    });
    const progress = (afterMs: number, done: number) => {
      fake.clock.now += afterMs;
      control?.progress(done, 1_000);
    };
    return { id: task.id, progress, end: (error?: Error) => end(error) };
  }

  test('tell their speed, the time that is left, and what they did', async () => {
    const { tasks } = fake.services;
    const { id, progress, end } = start();
    expect(tasks.get(id)).toMatchObject({ perSecond: null, secondsLeft: null });
    progress(1_000, 100);
    progress(2_000, 300);
    expect(tasks.get(id)).toMatchObject({ doneBytes: 300, perSecond: 100, secondsLeft: 7 });
    fake.clock.now += 1_000_000;
    expect(tasks.get(id).perSecond).toBe(0);
    expect(tasks.get(id).secondsLeft).toBeNull();
    progress(0, 1_000);
    end();
    await tasks.cancel(id);
    const log = tasks.log(id).map(({ code, data }) => [code, data.percent ?? null]);
    expect(log).toEqual([
      ['started', null],
      ['progress', 10],
      ['progress', 30],
      ['progress', 100],
      ['done', null],
    ]);
    expect(tasks.get(id)).toMatchObject({ state: 'done', perSecond: null });
    expect(() => tasks.log(99)).toThrow('not_found');
  });

  test('one that failed says why', async () => {
    const { id, end } = start();
    end(new CafebootError('no_space'));
    await fake.services.tasks.cancel(id);
    expect(fake.services.tasks.log(id).at(-1)).toMatchObject({
      ...{ code: 'failed', data: { code: 'no_space' } },
    });
  });

  test('every line has a text in both languages', () => {
    expect(Object.keys(en.taskLine).sort()).toEqual([...taskLineCodes].sort());
    expect(Object.keys(zh.taskLine).sort()).toEqual([...taskLineCodes].sort());
  });

  test('which PCs are on which version', async () => {
    const { services } = fake;
    await services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
    await services.imageChanges.grow('win', 4096);
    await services.imageChanges.publishDraft('win');
    fake.clock.now += 1;
    await services.imageChanges.grow('win', 8192);
    expect(await services.imageUsage('win')).toMatchObject([
      { number: 1, usedBytes: 1024, ownBytes: 4096, hosts: [{ name: 'pc-01', policy: 'discard' }] },
      { number: 2, usedBytes: 4096, hosts: [] },
      { number: null, usedBytes: 8192, hosts: [] },
    ]);
    await expect(services.imageUsage('none')).rejects.toThrow('not_found');
  });
});
