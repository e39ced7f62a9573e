import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('a disk made elsewhere, as the next version', () => {
  let fake: FakeServices;
  let directory: string;
  let path: string;
  beforeEach(async () => {
    fake = await createFakeCafe();
    directory = await mkdtemp(join(tmpdir(), 'cafeboot-next-'));
    path = join(directory, 'win.raw');
    await writeFile(path, Buffer.alloc(8192, 'new'));
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
    await rm(directory, { recursive: true });
  });

  const image = () => fake.services.images.get('win');
  const boot = () => fake.services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
  const diskOf = (target: string) => fake.targets.specs.get(target)?.luns[0]?.devicePath ?? '';
  const volumesOf = async () => (await fake.volumes.names()).filter((name) => /^img-1-/.test(name));
  const lost = async () =>
    (await fake.services.reconcile({ dryRun: true }))
      .map(({ action }) => action)
      .filter((action) => action.startsWith('report-lost'));
  async function importIt(note = ''): Promise<string> {
    const { imageChanges, tasks } = fake.services;
    const { id } = await imageChanges.importVersion('win', { path, format: 'raw', note });
    await tasks.ended(id);
    return tasks.get(id).state;
  }

  test('is what the next boot gets; who runs goes on, and the draft stays', async () => {
    await boot();
    const before = diskOf(fakePc.target);
    await fake.services.imageChanges.grow('win', 4096);
    expect(await importIt('from the vendor')).toBe('done');
    expect(image()).toMatchObject({
      ...{ published: 2, sizeBytes: 8192, draft: { base: 1, sizeBytes: 4096 } },
      versions: [{ number: 1 }, { number: 2, note: 'from the vendor', ready: true }],
    });
    expect(diskOf(fakePc.target)).toBe(before);
    await boot();
    expect((await readFile(diskOf(fakePc.target))).subarray(0, 3).toString()).toBe('new');
    await fake.services.imageChanges.rollBack('win', 1);
    expect(image()).toMatchObject({ published: 1, sizeBytes: 1024 });
  });

  test('takes the place of one whose disk a restored backup did not bring', async () => {
    await fake.volumes.store.remove('img-1-v1');
    expect(await lost()).toEqual(['report-lost-version']);
    expect(await importIt()).toBe('done');
    await boot();
    expect((await readFile(diskOf(fakePc.target))).subarray(0, 3).toString()).toBe('new');
    await fake.services.imageChanges.removeVersion('win', 1);
    expect(image().versions.map(({ number }) => number)).toEqual([2]);
    expect(await lost()).toEqual([]);
  });

  test('leaves nothing where it cannot be copied', async () => {
    fake.volumes.failNext('create', new CafebootError('no_space'));
    expect(await importIt()).toBe('failed');
    expect(image()).toMatchObject({ published: 1, versions: [{ number: 1 }] });
    expect(await volumesOf()).toEqual(['img-1-v1']);
  });

  test('leaves nothing after a crash in the middle, but the image as it was', async () => {
    const { store } = fake.volumes;
    const stopped = Promise.withResolvers<void>();
    const create = store.create;
    store.create = async (name, sizeBytes) => {
      await create(name, sizeBytes);
      await stopped.promise;
    };
    await fake.services.imageChanges.importVersion('win', { path, format: 'raw' });
    await expect.poll(volumesOf).toHaveLength(2);
    expect(image().versions).toMatchObject([{ ready: true }, { ready: false }]);
    await expect(fake.services.images.remove('win')).rejects.toMatchObject({ code: 'in_use' });
    await fake.services.images.removeInterrupted();
    expect(image()).toMatchObject({ published: 1, versions: [{ number: 1 }] });
    expect(await volumesOf()).toEqual(['img-1-v1']);
    stopped.reject(new Error('killed'));
  });

  test('of an image that is not there, or from a file that is not, is refused', async () => {
    const { imageChanges } = fake.services;
    const missing = { code: 'not_found' };
    await expect(imageChanges.importVersion('none', { path })).rejects.toMatchObject(missing);
    await expect(
      imageChanges.importVersion('win', { path: join(directory, 'none') }),
    ).rejects.toMatchObject(missing);
    expect(image().versions).toHaveLength(1);
  });
});
