import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import { csvProblemCodes, formatHostCsv, parseHostCsv } from '../../../src/service/host-csv.ts';
import type { Host } from '../../../src/service/host-fields.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('a list of hosts as CSV', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe({ ip: '10.77.0.101', group: '大厅' });
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });
  const plan = (csv: string) => fake.services.importHosts(csv, { dryRun: true });
  const refusals = (csv: string) =>
    plan(csv).problems.map(({ line, code, value }) => [line, code, value]);

  test('adds and changes by MAC; what is not in the file stays', () => {
    const { services } = fake;
    services.unknownHosts.saw('52:54:00:00:00:02', 7, 'PXEClient');
    const csv =
      '\ufeff名称,MAC地址,IP地址,超管\r\n前台,52-54-00-00-00-02,10.77.0.102,是\r\npc-1,525400000001,,\r\n';
    const dry = plan(csv);
    expect(dry).toMatchObject({ problems: [], unchanged: 0 });
    expect(services.hosts.list()).toHaveLength(1);
    services.importHosts(csv);
    expect(services.hosts.get('前台')).toMatchObject({
      ip: '10.77.0.102',
      super: true,
      chap: true,
    });
    const changed = { name: 'pc-1', ip: null, group: '大厅', entry: 'win', super: false };
    expect(services.hosts.get(fakePc.mac)).toMatchObject(changed);
    expect(services.unknownHosts.list()).toEqual([]);
    expect(plan(csv)).toMatchObject({ added: [], changed: [], unchanged: 2 });
    const kinds = services.timeline.list({}).map(({ kind }) => kind);
    expect(kinds.slice(-3)).toEqual(['host.added', 'host.changed', 'host.imported']);
  });

  test('two PCs exchange names and addresses', () => {
    const { services } = fake;
    services.addHost({ name: 'pc-02', mac: '525400000002', ip: '10.77.0.102' });
    services.importHosts(
      'name,mac,ip\npc-02,525400000001,10.77.0.102\npc-01,525400000002,10.77.0.101\n',
    );
    expect(services.hosts.get('pc-02')).toMatchObject({ mac: fakePc.mac, ip: '10.77.0.102' });
    expect(services.hosts.get('pc-01').ip).toBe('10.77.0.101');
  });

  test('with anything wrong changes nothing, and every line says what', () => {
    const csv = [
      'Name,MAC,IP,Entry,Super,Power',
      'a,52540000000z,,,,',
      'b,525400000003,10.0.0,none,maybe,coal',
      'PC-01,525400000004,10.77.0.101,,,',
      'c,525400000004,,,,',
      ',525400000005,,,,',
      '=d,525400000006,,WIN,,"agent，wol"',
    ].join('\n');
    expect(refusals(csv)).toEqual([
      [2, 'bad-mac', '52540000000z'],
      [3, 'bad-ip', '10.0.0'],
      [3, 'no-entry', 'none'],
      [3, 'bad-value', 'maybe'],
      [3, 'bad-value', 'coal'],
      [4, 'name-taken', 'PC-01'],
      [4, 'ip-taken', '10.77.0.101'],
      [5, 'mac-twice', '525400000004'],
      [6, 'no-name', ''],
      [7, 'bad-name', '=d'],
    ]);
    expect(() => fake.services.importHosts(csv)).toThrow('csv_refused');
    expect(fake.services.hosts.list()).toHaveLength(1);
  });

  test.each([
    ['', [[1, 'empty', '']]],
    ['name,ip\na,10.0.0.1\n', [[1, 'no-mac-column', '']]],
    [
      'mac,MAC,colour\n',
      [
        [1, 'column-twice', ''],
        [1, 'unknown-column', ''],
      ],
    ],
    ['mac,name\n525400000001,"open', [[2, 'not-csv', '']]],
    [`mac\n${'525400000001\n'.repeat(5_001)}`, [[5_001, 'too-many', '']]],
  ])('%j is refused as a whole', (csv, expected) => expect(refusals(csv)).toEqual(expected));

  test('goes out and comes in again the same, in both languages', () => {
    const { services } = fake;
    for (const language of ['en', 'zh-CN'] as const) {
      const csv = formatHostCsv(services.hosts.list(), language);
      expect(csv).toMatch(/^\ufeff/);
      expect(csv.split('\r\n')).toHaveLength(3);
      expect(plan(csv)).toMatchObject({ problems: [], added: [], changed: [], unchanged: 1 });
    }
  });

  test('has no cell that a spreadsheet would calculate', () => {
    const [host] = fake.services.hosts.list();
    const group = '=HYPERLINK("http://x","y")';
    const csv = formatHostCsv([{ ...(host as Host), group }], 'en');
    expect(csv).toContain(`"'=HYPERLINK(""http://x"",""y"")"`);
    expect(parseHostCsv(csv).lines[0]?.cells.group).toBe(group);
  });

  test('300 PCs are taken at once', () => {
    const lines = Array.from({ length: 300 }, (_, index) => {
      const hex = (0x525401000000 + index).toString(16);
      return `pc-${index + 100},${hex},10.78.${index >> 8}.${index & 255},大厅,win`;
    });
    const started = performance.now();
    fake.services.importHosts(`name,mac,ip,group,entry\n${lines.join('\n')}\n`);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(fake.services.hosts.list()).toHaveLength(301);
  });

  test('every problem has a text in both languages', () => {
    expect(Object.keys(en.csv).sort()).toEqual([...csvProblemCodes].sort());
    expect(Object.keys(zh.csv).sort()).toEqual([...csvProblemCodes].sort());
  });
});
