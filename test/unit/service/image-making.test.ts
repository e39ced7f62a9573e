import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Manifest } from '../../../src/service/backup/manifest.ts';
import { createFakeCafe, type FakeServices } from '../../fakes/services.ts';

describe('an image that is being made', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  const names = () => fake.services.images.list().map(({ name }) => name);
  const begin = () => fake.services.images.begin({ name: 'ubuntu', kind: 'os' }, 1024);

  test('is in no boot entry yet, nor gets a second version', async () => {
    const fill = await begin();
    const { addEntry, updateEntry, imageChanges } = fake.services;
    const notReady = { code: 'image_not_ready' };
    expect(() => addEntry({ name: 'ubuntu', os: 'ubuntu' })).toThrow('image_not_ready');
    await expect(updateEntry('win', { os: 'ubuntu' })).rejects.toMatchObject(notReady);
    const file = fake.volumes.store.devicePath('img-1-v1');
    await expect(
      imageChanges.importVersion('ubuntu', { path: file, format: 'raw' }),
    ).rejects.toMatchObject(notReady);
    await fill(async () => {});
    expect(addEntry({ name: 'ubuntu', os: 'ubuntu' })).toMatchObject({ os: 'ubuntu' });
  });

  test('is gone after a failure, for the reason of which people are told', async () => {
    const fill = await begin();
    fake.volumes.failNext('remove', new CafebootError('no_space'));
    const failed = fill(async () => {
      throw new CafebootError('destination_full', { path: '/x' });
    });
    await expect(failed).rejects.toMatchObject({ code: 'destination_full' });
    expect(names()).toEqual(['games', 'win']);
    // The volume could not be removed just then.
    expect(await fake.volumes.names()).toContain('img-3-v1');
    await fake.services.reconcile();
    expect(await fake.volumes.names()).not.toContain('img-3-v1');
  });

  test('after a crash the server starts, also where its disk cannot be removed just then', async () => {
    const fill = await begin();
    const isFilled = Promise.withResolvers<void>();
    const filling = fill(() => isFilled.promise);
    await expect.poll(() => fake.volumes.names()).toContain('img-3-v1');
    fake.volumes.failNext('remove', new CafebootError('command_failed', { command: 'lvremove' }));
    await fake.services.images.removeInterrupted();
    expect(names()).toEqual(['games', 'win']);
    await fake.services.reconcile();
    expect(await fake.volumes.names()).not.toContain('img-3-v1');
    isFilled.reject(new Error('killed'));
    await expect(filling).rejects.toThrow('killed');
  });

  test('is left alone, complete or not, where a backup from that moment is restored', async () => {
    await begin();
    await fake.volumes.store.create('img-3-v1', 1024);
    fake.store.unwantedVolumes.add('img-3-v1');
    const manifest = { images: [] } as unknown as Manifest;
    await fake.services.restoration.fillPool('/x', manifest, { onProgress: () => {} });
    await fake.services.images.removeInterrupted();
    expect(names()).toEqual(['games', 'win']);
    expect(await fake.services.reconcile()).toMatchObject([
      { action: 'report-unknown', subject: 'img-3-v1' },
    ]);
    expect(await fake.volumes.names()).toContain('img-3-v1');
  });

  test('never takes the place of a disk that was there before, nor removes it', async () => {
    const { store } = fake.volumes;
    await store.create('img-3-v1', 1024);
    await writeFile(store.devicePath('img-3-v1'), 'Tuesday', { flag: 'r+' });
    await fake.services.images.createBlank({ name: 'ubuntu', kind: 'os' }, 1024);
    const [version] = fake.services.images.get('ubuntu').versions;
    expect(version?.volume).toMatch(/^img-3-i\d+$/);
    // Nor where it appears in the last moment.
    await store.create('img-4-v1', 1024);
    const list = store.list;
    store.list = async () => (await list()).filter(({ name }) => name !== 'img-4-v1');
    await expect(
      fake.services.images.createBlank({ name: 'late', kind: 'os' }, 1024),
    ).rejects.toMatchObject({ code: 'already_exists' });
    store.list = list;
    await fake.services.reconcile();
    expect(await fake.volumes.names()).toEqual(expect.arrayContaining(['img-3-v1', 'img-4-v1']));
    expect((await readFile(store.devicePath('img-3-v1'), 'utf8')).slice(0, 7)).toBe('Tuesday');
  });
});
