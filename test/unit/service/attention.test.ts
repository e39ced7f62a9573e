import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import en from '../../../src/i18n/en.json' with { type: 'json' };
import { createTranslator } from '../../../src/i18n/translate.ts';
import zh from '../../../src/i18n/zh-CN.json' with { type: 'json' };
import {
  type AttentionFacts,
  attentionCodes,
  judgeAttention,
} from '../../../src/service/attention-rules.ts';
import type { PoolStatus } from '../../../src/service/pool-status.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

const space = {
  ...{ totalBytes: 100, usedBytes: 1, percent: 1, level: 'ok' as const, fullInDays: null },
  limits: { warn: 80, free: 90, refuse: 95 },
};
const pool: PoolStatus = {
  ...{ kind: 'lvm-thin', state: 'ok', data: space, metadata: space },
  ...{ growableBytes: null, grows: false },
};
const calm: AttentionFacts = {
  pool,
  reconcile: { steps: [], failure: null },
  missingBootFiles: [],
  stopped: [],
  failedTasks: [],
  cache: undefined,
  refusedCallers: [],
  keptOnOld: [],
  isBackupOnlyHere: false,
  unknownMacs: [],
  counts: { images: 2, entries: 1, hosts: 20 },
};
const codes = (facts: Partial<AttentionFacts>) =>
  judgeAttention({ ...calm, ...facts }).map(({ code }) => code);
const step = { detail: '', mac: null, subject: 'x' };

describe('what needs an administrator', () => {
  test('is nothing where all is well', () => expect(codes({})).toEqual([]));

  test.each([
    [{ pool: { ...pool, state: 'failed' } }, ['pool-failed']],
    [{ pool: { ...pool, state: 'read-only' } }, ['pool-read-only']],
    [{ pool: { ...pool, state: 'full' } }, ['pool-full']],
    [{ pool: { ...pool, state: 'refusing' } }, ['pool-refusing']],
    [{ pool: { ...pool, state: 'freeing' } }, ['pool-warning']],
    [{ pool: { ...pool, data: { ...space, fullInDays: 9 } } }, ['pool-forecast']],
    [{ pool: { ...pool, data: { ...space, fullInDays: 30 } } }, []],
    [{ reconcile: { steps: [], failure: 'storage_unavailable' } }, ['storage-unreadable']],
    [{ missingBootFiles: ['ipxe.efi'] }, ['boot-files-missing']],
    [{ stopped: [{ host: 'pc-01', code: 'at-menu', data: {} }] }, []],
    [{ refusedCallers: ['10.0.0.9'] }, ['thrift-refused']],
    [{ keptOnOld: ['pc-01'] }, ['kept-on-old']],
    [{ isBackupOnlyHere: true }, ['backup-only-here']],
    [{ unknownMacs: [fakePc.mac] }, ['unknown-hosts']],
    [{ counts: { images: 0, entries: 0, hosts: 0 } }, ['no-images']],
    [{ counts: { images: 1, entries: 0, hosts: 0 } }, ['no-entries', 'no-hosts']],
    [{ counts: { images: 1, entries: 1, hosts: 0 } }, ['no-hosts']],
  ] as [Partial<AttentionFacts>, string[]][])('%o', (facts, expected) => {
    expect(codes(facts)).toEqual(expected);
  });

  test('what reconcile left is told by kind', () => {
    const steps = [
      { ...step, action: 'report-lost-version', outcome: 'left', detail: 'win v2' },
      { ...step, action: 'make-target', outcome: 'failed' },
      { ...step, action: 'report-unknown', outcome: 'left' },
      { ...step, action: 'make-target', outcome: 'done' },
    ] as AttentionFacts['reconcile']['steps'];
    const found = judgeAttention({ ...calm, reconcile: { steps, failure: null } });
    expect(found.map(({ code, subjects }) => [code, subjects])).toEqual([
      ['storage-lost', ['win v2']],
      ['storage-failed', ['x']],
      ['storage-unknown', ['x']],
    ]);
  });

  test('the worst comes first; PCs that stopped for one reason are one item, with its remedy', () => {
    const stopped = [
      { host: 'pc-01', code: 'no-login', data: {} },
      { host: 'pc-02', code: 'no-login', data: {} },
      { host: 'pc-03', code: 'no-file', data: {} },
    ] as const;
    const found = judgeAttention({
      ...calm,
      ...{ stopped, unknownMacs: ['a'], missingBootFiles: ['ipxe.efi'] },
    });
    expect(found.map(({ code, subjects }) => [code, subjects.length])).toEqual([
      ['boot-files-missing', 1],
      ['boots-stopped', 1],
      ['boots-stopped', 2],
      ['unknown-hosts', 1],
    ]);
    const [, , login] = found;
    const { text, remedy } = createTranslator('zh-CN').attention(login ?? { code: '', data: {} });
    expect(text).toContain('2 台客户机启动中断：pc-01, pc-02');
    expect(remedy).toContain('3260');
  });

  test('both languages have a text and a remedy for each', () => {
    const keys = attentionCodes.flatMap((code) => [`${code}.remedy`, `${code}.text`]).sort();
    const keysOf = (texts: Record<string, string>) =>
      [...new Set(Object.keys(texts).map((key) => key.replace(/_(one|other)$/, '')))].sort();
    expect(keysOf(en.attention)).toEqual(keys);
    expect(keysOf(zh.attention)).toEqual(keys);
  });
});

describe('attention, gathered', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe({ overlay: 'keep' });
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });
  const list = async () => {
    fake.clock.now += 10_000;
    return (await fake.services.attention.list()).map(({ code, subjects }) => [code, subjects]);
  };

  test('from what happened in the cafe, until it is put right', async () => {
    const { services, clock } = fake;
    expect(await list()).toEqual([]);
    services.unknownHosts.saw('52:54:00:00:00:09', 7, 'PXEClient');
    services.timeline.record({ kind: 'thrift.refused', data: { address: '10.0.0.9' } });
    fake.bootFiles.present = new Set(['undionly.kpxe']);
    services.tasks.start('image.import', 'win11', async () => {
      throw new CafebootError('no_space');
    });
    await services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
    clock.now += 300_000;
    expect(await list()).toEqual([
      ['boot-files-missing', ['UEFI']],
      ['boots-stopped', ['pc-01']],
      ['tasks-failed', ['win11']],
      ['thrift-refused', ['10.0.0.9']],
      ['unknown-hosts', ['52:54:00:00:00:09']],
    ]);
    fake.bootFiles.present.add('snponly.efi');
    services.setSetting('thriftCallers', ['10.0.0.0/24']);
    services.adoption.adoptAll();
    await services.imageChanges.grow('win', 4096);
    await services.imageChanges.publishDraft('win');
    clock.now += 3 * 3_600_000;
    expect(await list()).toEqual([
      ['tasks-failed', ['win11']],
      ['kept-on-old', ['pc-01']],
    ]);
  });

  test('backups that nobody took to another machine, once there is something to lose', async () => {
    const { services, clock } = fake;
    const made = (file: string) =>
      services.timeline.record({ kind: 'backup.made', data: { file, sizeBytes: 1 } });
    clock.now += 8 * 86_400_000;
    made('/nowhere/daily.tar.zst');
    expect(await list()).toEqual([['backup-only-here', []]]);
    made('/mnt/nas/cafe.tar.zst');
    expect(await list()).toEqual([]);
    clock.now += 31 * 86_400_000;
    expect(await list()).toEqual([['backup-only-here', []]]);
  });

  test('disks that cannot be looked at', async () => {
    fake.targets.failNext('sessions', new CafebootError('target_unavailable'));
    await expect(fake.services.reconcile()).rejects.toThrow();
    expect(await list()).toEqual([['storage-unreadable', []]]);
    await fake.services.reconcile();
    expect(await list()).toEqual([]);
  });
});
