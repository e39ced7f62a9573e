import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseUnused } from '../../../src/service/unused-versions.ts';
import type { VersionRow } from '../../../src/store/images.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('which versions may go', () => {
  const version = (id: number, imageId: number, number: number, createdAt = id): VersionRow => {
    const rest = { note: '', volume: `v${id}`, sizeBytes: 1, state: 'ready' as const };
    return { id, imageId, number, createdAt, ...rest };
  };
  const versions = [
    version(1, 1, 1),
    version(2, 1, 2),
    version(3, 1, 5),
    version(4, 2, 1, 0),
    version(5, 2, 2),
    { ...version(6, 3, 1), state: 'making' as const },
  ];
  const choose = (kept: number, ...used: number[]) =>
    chooseUnused(versions, new Set(used), kept).map(({ id }) => id);

  test.each([
    [1, [], [4, 1, 2]],
    [1, [3, 5], [1]],
    [2, [3, 5], []],
    [1, [1], [4, 2]],
    [0, [], []],
  ])('%i kept, %j used: %j go, oldest first', (kept, used, expected) => {
    expect(choose(kept, ...used)).toEqual(expected);
  });
});

describe('versions that nobody uses', () => {
  let fake: FakeServices;
  let services: FakeServices['services'];
  const draftTarget = 'iqn.2022-10.org.dbc.iscsi:sn.win';
  const editor = { mac: '52:54:00:00:00:02', address: '10.77.0.102' };

  beforeEach(async () => {
    fake = await createFakeCafe({ overlay: 'keep' });
    services = fake.services;
    services.setSetting('versionsKept', 1);
    services.addHost({ name: 'editor', mac: editor.mac, entry: 'win', super: true });
    services.boots.sawAddress(editor.mac, editor.address);
  });
  afterEach(async () => {
    await services.close();
    await fake.volumes.cleanUp();
  });

  const numbers = () => services.images.get('win').versions.map(({ number }) => number);
  const osDisk = (target: string) => fake.targets.specs.get(target)?.luns[0]?.devicePath ?? '';
  async function publish(text: string): Promise<void> {
    await services.boots.attachFor(editor.mac, 'win', editor.address);
    await writeFile(osDisk(draftTarget), text, { flag: 'r+' });
    fake.clock.now += 1_000_000;
    await services.imageChanges.publishDraft('win');
  }

  test('go when another one is published, but for the newest', async () => {
    for (const text of ['v2', 'v3', 'v4']) await publish(text);
    const removed = () =>
      services.timeline
        .list({})
        .filter(({ kind }) => kind === 'image.version-removed')
        .map(({ data }) => data.version);
    await expect.poll(removed).toEqual([1, 2]);
    expect(numbers()).toEqual([3, 4]);
    expect(await fake.volumes.names()).not.toContain('img-1-v1');
  });

  test('what a PC keeps, a draft or an export stems from is no such version', async () => {
    await services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
    await writeFile(osDisk(fakePc.target), 'me', { flag: 'r+' });
    services.setSetting('versionsKept', 0);
    for (const text of ['v2', 'v3', 'v4', 'v5']) await publish(text);
    await services.imageChanges.rollBack('win', 2);
    await services.boots.attachFor(editor.mac, 'win', editor.address);
    await services.imageChanges.rollBack('win', 5);
    const [, , third] = services.images.get('win').versions;
    expect(third?.number).toBe(3);
    services.setSetting('versionsKept', 1);
    // 1 is kept by a PC, 2 the draft's base, 5 published, 4 the newest of the others.
    const next = () => services.versions.removeOldestUnused();
    expect(await next()).toMatchObject({ image: 'win', number: 3, sizeBytes: 1024 });
    expect(await next()).toBeUndefined();
    expect(numbers()).toEqual([1, 2, 4, 5]);
    expect((await readFile(osDisk(fakePc.target), 'utf8')).slice(0, 2)).toBe('me');
    await services.resetHost('pc-01');
    expect(await services.imageChanges.removeUnusedVersions('win')).toMatchObject([{ number: 1 }]);
    await expect(services.imageChanges.removeUnusedVersions('none')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('one whose removal fails is gone from the list and its volume at the next look', async () => {
    services.setSetting('versionsKept', 0);
    for (const text of ['v2', 'v3']) await publish(text);
    services.setSetting('versionsKept', 1);
    fake.volumes.failNext('remove', new Error('busy'));
    expect(await services.imageChanges.removeUnusedVersions()).toMatchObject([{ number: 1 }]);
    await services.reconcile();
    expect(await fake.volumes.names()).not.toContain('img-1-v1');
  });
});
