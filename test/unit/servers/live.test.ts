import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLiveTopics, type LiveTopics } from '../../../src/servers/console/live.ts';
import { createSlowFacts } from '../../../src/servers/console/slow-facts.ts';

describe('live fragments', () => {
  const values = new Map([
    ['a', 1],
    ['b', 1],
  ]);
  let changed = () => {};
  let followers = 0;
  let rendered = 0;
  let live: LiveTopics;
  beforeEach(() => {
    rendered = 0;
    live = createLiveTopics({
      render: (language, _template, { id, value }) => {
        rendered += 1;
        return `<li id="${id}">${language} ${value}</li>`;
      },
      everywhere: { fragments: () => [], follow: () => () => {} },
      onError: (error) => {
        throw error;
      },
    });
    live.add({
      name: 'hall',
      fragments: () =>
        [...values].map(([id, value]) => ({ id, template: 'x.njk', values: { id, value } })),
      follow(told) {
        changed = told;
        followers += 1;
        return () => {
          followers -= 1;
        };
      },
    });
  });
  afterEach(() => live.close());

  const cursorOf = async () => (await live.urlOf('hall')).split('since=')[1] ?? '';
  const change = (id: string) => {
    values.set(id, (values.get(id) ?? 0) + 1);
    changed();
  };
  function read(cursor: string, language: 'en' | 'zh-CN' = 'en') {
    const told: string[] = [];
    const leave = live.find('hall')?.read((text) => told.push(text), language, cursor);
    if (!leave) throw new Error('no such topic');
    return { told, leave };
  }
  const idsIn = (text = '') => [...text.matchAll(/<li [^>]*id="(\w+)"/g)].map(([, id]) => id);

  test('a reader is told what changed since its page was made, and nothing else', async () => {
    const { told, leave } = read(await cursorOf());
    await sleep(100);
    expect(told).toEqual([]);
    change('b');
    await expect.poll(() => told.length).toBe(1);
    expect(idsIn(told[0])).toEqual(['b']);
    expect(told[0]).toContain('hx-swap-oob="true"');
    leave();
  });

  test('one that comes back is told what it missed; one of another run is told all', async () => {
    const first = read(await cursorOf());
    change('a');
    await expect.poll(() => first.told.length).toBe(1);
    const cursor = /^id: (\S+)$/m.exec(first.told[0] ?? '')?.[1] ?? '';
    const other = read('');
    first.leave();
    change('b');
    await expect.poll(() => other.told.length).toBe(2);
    const back = read(cursor);
    expect(idsIn(back.told[0])).toEqual(['b']);
    const stranger = read('another-7');
    expect(idsIn(stranger.told[0])).toEqual(['a', 'b']);
    for (const { leave } of [other, back, stranger]) leave();
  });

  test('a burst is one message, made once for all who read a language', async () => {
    const cursor = await cursorOf();
    const readers = Array.from({ length: 20 }, (_, index) =>
      read(cursor, index % 2 === 0 ? 'en' : 'zh-CN'),
    );
    await sleep(350);
    for (let times = 0; times < 50; times++) change('a');
    await expect.poll(() => readers.every(({ told }) => told.length > 0)).toBe(true);
    await sleep(350);
    expect(readers.map(({ told }) => told.length)).toEqual(Array(20).fill(1));
    expect(rendered).toBe(2);
    expect(followers).toBe(1);
    for (const { leave } of readers) leave();
    expect(followers).toBe(0);
  });
});

describe('facts that take a while', () => {
  test('are told as they were while they are read anew; followers hear of the others', async () => {
    let now = 0;
    let value = 1;
    let reads = 0;
    let heard = 0;
    const gate = Promise.withResolvers<void>();
    const slow = createSlowFacts({
      read: async () => {
        reads += 1;
        if (reads === 2) await gate.promise;
        return value;
      },
      ...{ freshForMs: 1_000, now: () => now, onError: () => {} },
    });
    slow.follow(() => {
      heard += 1;
    });
    expect(await slow.latest()).toBe(1);
    [now, value] = [2_000, 2];
    expect([await slow.latest(), await slow.latest(), reads]).toEqual([1, 1, 2]);
    gate.resolve();
    await expect.poll(() => heard).toBe(1);
    expect([await slow.latest(), await slow.fresh(), reads]).toEqual([2, 2, 2]);
  });

  test('that cannot be read stay as they were, and are tried again', async () => {
    let now = 0;
    const errors: unknown[] = [];
    let isBroken = false;
    const slow = createSlowFacts({
      read: async () => {
        if (isBroken) throw new Error('gone');
        return now;
      },
      ...{ freshForMs: 1_000, now: () => now, onError: (error: unknown) => errors.push(error) },
    });
    await slow.fresh();
    isBroken = true;
    now = 5_000;
    expect(await slow.latest()).toBe(0);
    await expect.poll(() => errors.length).toBe(1);
    isBroken = false;
    expect(await slow.fresh()).toBe(5_000);
  });
});
