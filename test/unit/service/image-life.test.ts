import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

let fake: FakeServices;

const editor = { mac: '52:54:00:00:00:02', address: '10.77.0.102' };
const draftTarget = 'iqn.2022-10.org.dbc.iscsi:sn.win';
const changes = () => fake.services.imageChanges;
const boot = () => fake.services.boots.attachFor(fakePc.mac, 'win', fakePc.address);
const edit = () => fake.services.boots.attachFor(editor.mac, 'win', editor.address);
/** The file behind a target's os disk. */
const osDisk = (target: string) => fake.targets.specs.get(target)?.luns[0]?.devicePath ?? '';
const contentOf = async (target: string) => (await readFile(osDisk(target), 'utf8')).slice(0, 2);
const image = () => fake.services.images.get('win');
/** As another process would find it. */
const orphans = async () => {
  const steps = await fake.services.reconcile({ dryRun: true });
  return steps.filter(({ action }) => action !== 'replace-target').map(({ subject }) => subject);
};

/** What was made ahead of a version for PCs' next boots is replaced in the background: it may take a moment. */
const removed = (version: number) =>
  changes()
    .removeVersion('win', version)
    .then(() => 'gone', String);

/** The super PC writes a text to the draft, and is switched off. */
async function write(text: string): Promise<void> {
  await edit();
  await writeFile(osDisk(draftTarget), text, { flag: 'r+' });
  fake.clock.now += 1_000_000;
}

beforeEach(async () => {
  fake = await createFakeCafe();
  fake.services.addHost({ name: 'editor', mac: editor.mac, entry: 'win', super: true });
  fake.services.boots.sawAddress(editor.mac, editor.address);
});
afterEach(async () => {
  await fake.services.close();
  await fake.volumes.cleanUp();
});

test('what was published is what the next boot gets; a running PC keeps what it has', async () => {
  await boot();
  const before = osDisk(fakePc.target);
  await write('v2');
  expect(await changes().publishDraft('win', 'game patched')).toMatchObject({
    published: 2,
    draft: null,
    versions: [
      { number: 1, note: '' },
      { number: 2, note: 'game patched' },
    ],
  });
  expect(osDisk(fakePc.target)).toBe(before);
  expect(await contentOf(fakePc.target)).toBe('\0\0');
  await boot();
  expect(await contentOf(fakePc.target)).toBe('v2');
  expect(fake.targets.specs.has(draftTarget)).toBe(false);
});

test('rolled back, the next boot has the older version; published again, the newer one', async () => {
  await write('v2');
  await changes().publishDraft('win');
  await changes().rollBack('win', 1);
  expect(image().published).toBe(1);
  await boot();
  expect(await contentOf(fakePc.target)).toBe('\0\0');
  await changes().rollBack('win', 2);
  await boot();
  expect(await contentOf(fakePc.target)).toBe('v2');
  await expect(changes().rollBack('win', 9)).rejects.toMatchObject({ code: 'not_found' });
});

test('the next draft stems from what is published then', async () => {
  await write('v2');
  await changes().publishDraft('win');
  await write('v3');
  expect(image().draft).toMatchObject({ base: 2 });
  await changes().publishDraft('win');
  await changes().rollBack('win', 2);
  await boot();
  expect(await contentOf(fakePc.target)).toBe('v2');
});

test('a draft that a PC has is neither published, nor discarded, nor grown', async () => {
  await edit();
  const refused = { code: 'draft_in_use' };
  await expect(changes().publishDraft('win')).rejects.toMatchObject(refused);
  await expect(changes().discardDraft('win')).rejects.toMatchObject(refused);
  await expect(changes().grow('win', 4096)).rejects.toMatchObject(refused);
  expect(image().published).toBe(1);
});

test('a draft that a PC has keeps its target: what is in its name is not changed meanwhile', async () => {
  const { setSetting, resetSetting } = fake.services;
  await edit();
  expect(() => setSetting('targetPrefix', 'iqn.2026-01.cafe')).toThrow('drafts_in_use');
  expect(() => resetSetting('targetPrefix')).toThrow('drafts_in_use');
  fake.clock.now += 1_000_000;
  await changes().discardDraft('win');
  expect(setSetting('targetPrefix', 'iqn.2026-01.cafe')).toMatchObject({
    targetPrefix: 'iqn.2026-01.cafe',
  });
});

test('once its OS was up, an editor that has no session is off: its draft is published at once', async () => {
  await edit();
  await fake.services.boots.osUp(editor.address, { os: 'Windows', version: '10' });
  await changes().publishDraft('win');
  expect(image().published).toBe(2);
});

test('a discarded draft is gone, and the next one is without its changes', async () => {
  await write('xx');
  await changes().discardDraft('win');
  expect(image().draft).toBeNull();
  expect(await orphans()).toEqual([]);
  await edit();
  expect(await contentOf(draftTarget)).toBe('\0\0');
});

test('a kept overlay outlives a new version until its PC is reset', async () => {
  fake.services.updateHost('pc-01', { overlay: 'keep' });
  await boot();
  await writeFile(osDisk(fakePc.target), 'me', { flag: 'r+' });
  await write('v2');
  await changes().publishDraft('win');
  await boot();
  expect(await contentOf(fakePc.target)).toBe('me');
  await expect(changes().removeVersion('win', 1)).rejects.toMatchObject({
    code: 'version_in_use',
    context: { by: 'pc-01' },
  });
  await fake.services.resetHost('pc-01');
  await boot();
  expect(await contentOf(fakePc.target)).toBe('v2');
});

test('a version is removed only when nothing needs it', async () => {
  const needed = (by: string) => ({ code: 'version_in_use', context: { by } });
  await expect(changes().removeVersion('win', 1)).rejects.toMatchObject(needed('published'));
  await write('v2');
  await changes().publishDraft('win');
  await changes().rollBack('win', 1);
  await write('v3');
  await changes().rollBack('win', 2);
  await expect(changes().removeVersion('win', 1)).rejects.toMatchObject(needed('draft'));
  await changes().discardDraft('win');
  await boot();
  await expect.poll(() => removed(1)).toBe('gone');
  expect(image().versions.map(({ number }) => number)).toEqual([2]);
  expect(await fake.volumes.names()).not.toContain('img-1-v1');
});

test('grown, the next version is larger and the published one as it was', async () => {
  await changes().grow('win', 4096);
  expect(image()).toMatchObject({ sizeBytes: 1024, draft: { sizeBytes: 4096 } });
  await expect(changes().grow('win', 4096)).rejects.toMatchObject({ code: 'size_not_larger' });
  await changes().publishDraft('win');
  expect(image().sizeBytes).toBe(4096);
  await changes().rollBack('win', 1);
  expect(image().sizeBytes).toBe(1024);
});

test('the number of a version that was removed is not given to another one', async () => {
  await write('v2');
  await changes().publishDraft('win');
  await changes().rollBack('win', 1);
  await expect.poll(() => removed(2)).toBe('gone');
  await write('v3');
  expect(await changes().publishDraft('win')).toMatchObject({ published: 3 });
});

test('a draft that could not be made leaves nothing; one cut off by a crash neither', async () => {
  fake.volumes.failNext('snapshot', new Error('the disk is full'));
  await expect(edit()).rejects.toThrow('the disk is full');
  expect(image().draft).toBeNull();
  fake.volumes.failNext('snapshot', new Error('cut'));
  fake.volumes.failNext('remove', new Error('cut'));
  await expect(edit()).rejects.toThrow('cut');
  await fake.services.reconcile();
  expect(await orphans()).toEqual([]);
});

test('a version whose volume could not be removed goes at the next look', async () => {
  await write('v2');
  await changes().publishDraft('win');
  await expect.poll(() => orphans()).toEqual([]);
  fake.volumes.failNext('remove', new Error('busy'));
  await expect.poll(() => removed(1)).toBe('gone');
  expect(await fake.volumes.names()).toContain('img-1-v1');
  await fake.services.reconcile();
  expect(await fake.volumes.names()).not.toContain('img-1-v1');
});
