import { describe, expect, test } from 'vitest';
import { toBootView } from '../../../src/servers/console/boot-view.ts';
import { toChange, toHostFields } from '../../../src/servers/console/host-forms.ts';
import { toImportView } from '../../../src/servers/console/host-import-view.ts';
import type { Boot } from '../../../src/service/boot-history.ts';
import { createFakeCafe, fakePc } from '../../fakes/services.ts';

const boot: Boot = {
  ...{ startedAt: 1_000, lastAt: 5_000, endedAt: null, what: null, os: null, durationMs: null },
  ...{ outcome: 'booting', stop: null },
  stages: [
    { stage: 'rom', at: 1_000, durationMs: 0 },
    { stage: 'file', at: 1_800, durationMs: 800 },
    { stage: 'ipxe', at: 5_000, durationMs: 3_200 },
  ],
};
const states = (each: Boot) => toBootView(each).line.map(({ stage, state }) => `${stage} ${state}`);

describe('a boot’s line', () => {
  test('has what it reached, with how long each took, and what is ahead of it', () => {
    const { line, longestMs, reached } = toBootView(boot);
    expect(line.map(({ tookMs }) => tookMs).slice(0, 3)).toEqual([800, 3_200, null]);
    expect(line.map(({ afterMs }) => afterMs).slice(0, 3)).toEqual([0, 800, 4_000]);
    expect({ longestMs, reached }).toEqual({ longestMs: 3_200, reached: 'ipxe' });
    expect(states(boot)).toEqual([
      ...['rom done', 'file done', 'ipxe now', 'menu next', 'script next', 'disk next', 'os next'],
    ]);
  });

  test('says where it stopped; a stage that was passed over is not ahead', () => {
    const stop = { code: 'no-login', data: {} } as const;
    const stages = boot.stages.filter(({ stage }) => stage !== 'file');
    expect(states({ ...boot, stages, outcome: 'stopped', stop }).slice(0, 3)).toEqual([
      ...['rom done', 'ipxe stopped', 'menu next'],
    ]);
  });
});

describe('a PC’s form', () => {
  const form = {
    ...{ mac: fakePc.mac, name: 'pc-01', ip: ' ', group: '', entry: '' },
    ...({ overlay: 'keep', firmware: 'auto' } as const),
  };

  test('says all of it: what is not ticked is off, what is empty is none', () => {
    expect(toHostFields(form)).toMatchObject({
      ...{ ip: null, group: null, entry: null, super: false, chap: false, power: [] },
      ...{ overlay: 'keep', firmware: 'auto' },
    });
    expect(toHostFields({ ...form, super: 'on', power: 'wol' })).toMatchObject({
      super: true,
      power: ['wol'],
    });
  });

  test('says the firmware only where it changes: saying it forgets what was found out', async () => {
    const { services } = await createFakeCafe();
    const host = services.hosts.get('pc-01');
    expect(toHostFields(form, host)).not.toHaveProperty('firmware');
    expect(toHostFields({ ...form, firmware: 'snponly' }, host)).toMatchObject({
      firmware: 'snponly',
    });
    await services.close();
  });

  test.each([
    [{ next: 'tool:winpe' }, { nextEntry: null, nextTool: 'winpe' }],
    [{ next: 'entry:win' }, { nextEntry: 'win', nextTool: null }],
    [{ next: '' }, { nextEntry: null, nextTool: null }],
    [{ super: 'off' }, { super: false }],
    [{}, {}],
  ] as const)('%o changes %o', (change, fields) => expect(toChange(change)).toEqual(fields));
});

test('a list’s preview names each field that changes, before and after', async () => {
  const { services } = await createFakeCafe();
  const csv = `mac,name,group,power\n${fakePc.mac},pc-01,前台,wol\n525400000002,pc-02,,\n`;
  const plan = services.importHosts(csv, { dryRun: true });
  const view = toImportView(plan, services.hosts.list());
  expect(view.changed).toEqual([
    {
      ...{ name: 'pc-01', mac: fakePc.mac },
      changes: [
        { field: 'group', before: '', after: '前台' },
        { field: 'power', before: 'agent, wol', after: 'wol' },
      ],
    },
  ]);
  expect(view).toMatchObject({ addedCount: 1, problemCount: 0, unchanged: 0, isEmpty: false });
  await services.close();
});
