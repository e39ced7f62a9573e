import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTranslator } from '../../../src/i18n/translate.ts';
import { createEventSearch, type EventSearch } from '../../../src/servers/console/event-search.ts';
import { createFakeServices, type FakeServices } from '../../fakes/services.ts';

const mac = '52:54:00:00:00:01';
const [en, zh] = [createTranslator('en'), createTranslator('zh-CN')];

describe('a search for events', () => {
  let fake: FakeServices;
  let search: EventSearch;

  beforeEach(async () => {
    fake = await createFakeServices();
    const { services } = fake;
    search = createEventSearch(services);
    services.addHost({ name: 'pc-01', mac });
    services.timeline.record({ kind: 'boot.os', mac, data: { os: 'Windows 11', version: '23H2' } });
    services.timeline.record({
      kind: 'thrift.refused',
      level: 'warn',
      data: { address: '10.0.0.5' },
    });
    services.timeline.record({ kind: 'pool.full', level: 'error' });
    services.timeline.record({ kind: 'setting.changed', data: { key: 'hostDigits', value: '4' } });
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  const kinds = (query: Parameters<EventSearch['find']>[0], translator = en) =>
    search.find(query, translator, { limit: 100 }).events.map(({ kind }) => kind);

  test('tells all of it in the reader’s language, the newest first', () => {
    const { events, olderThan } = search.find({}, zh, { limit: 100 });
    expect(events.map(({ kind }) => kind)).toEqual([
      'setting.changed',
      'pool.full',
      'thrift.refused',
      'boot.os',
      'host.added',
    ]);
    expect(events[0]?.text).toBe('设置 编号位数 现为 4');
    expect(events[3]).toMatchObject({ host: 'pc-01', text: 'Windows 11 23H2 已启动' });
    expect(olderThan).toBeNull();
  });

  test.each([
    [{ host: 'PC-01' }, ['boot.os', 'host.added']],
    [{ host: '525400000001', topic: 'boot' }, ['boot.os']],
    [{ host: 'nobody' }, []],
    [{ level: 'warn' }, ['pool.full', 'thrift.refused']],
    [{ level: 'error' }, ['pool.full']],
    [{ topic: 'thrift' }, ['thrift.refused']],
    [{ text: 'windows 23h2' }, ['boot.os']],
    [{ text: 'pc-01 windows' }, ['boot.os']],
    [{ text: 'linux' }, []],
  ] as const)('%o finds what fits', (query, expected) => {
    expect(kinds(query)).toEqual(expected);
  });

  test('the words are those of the language', () => {
    expect(kinds({ text: '被拒绝' }, zh)).toEqual(['thrift.refused']);
    expect(kinds({ text: '被拒绝' }, en)).toEqual([]);
  });

  test('page by page to the oldest, each event once', () => {
    const seen: number[] = [];
    let before: number | undefined;
    for (;;) {
      const page = search.find({}, en, { limit: 2, before });
      seen.push(...page.events.map(({ id }) => id));
      if (page.olderThan === null) break;
      before = page.olderThan;
    }
    expect(seen).toEqual([5, 4, 3, 2, 1]);
    expect(search.findNewer({}, en, 3, 100).map(({ id }) => id)).toEqual([5, 4]);
    expect(search.latestId()).toBe(5);
  });

  test('what is newer is looked for in nothing older', () => {
    const { timeline, hosts } = fake.services;
    let read = 0;
    const list: typeof timeline.list = (filter) => {
      const found = timeline.list(filter);
      read += found.length;
      return found;
    };
    const watched = createEventSearch({ timeline: { ...timeline, list }, hosts });
    const newer = watched.findNewer({ text: 'windows' }, en, 1, 100);
    expect(newer.map(({ kind }) => kind)).toEqual(['boot.os']);
    expect(read).toBe(4);
    expect(watched.findNewer({ text: 'windows' }, en, 5, 100)).toEqual([]);
    expect(read).toBe(4);
  });

  test('a search that finds little stops after thousands, says how far it got, and goes on there', () => {
    const { timeline } = fake.services;
    for (let batch = 0; batch < 3; batch++) {
      for (let index = 0; index < 2_000; index++) timeline.record({ kind: 'pool.recovered' });
      search.latestId();
    }
    const first = search.find({ text: 'windows' }, en, { limit: 10 });
    expect(first).toMatchObject({ events: [], searchedTo: fake.clock.now });
    const second = search.find({ text: 'windows' }, en, {
      limit: 10,
      before: first.olderThan ?? 0,
    });
    expect(second).toMatchObject({ olderThan: null, searchedTo: null });
    expect(second.events.map(({ kind }) => kind)).toEqual(['boot.os']);
  });

  test('all of it, in batches', async () => {
    const batches = await Array.fromAsync(search.readAll({}, en));
    expect(batches.flat().map(({ id }) => id)).toEqual([5, 4, 3, 2, 1]);
  });
});
