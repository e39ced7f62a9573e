import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stateOfSession } from '../../../src/service/super-sessions.ts';
import { createFakeCafe, type FakeServices, fakePc } from '../../fakes/services.ts';

describe('super sessions', () => {
  let fake: FakeServices;
  beforeEach(async () => {
    fake = await createFakeCafe();
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  const boot = () => fake.services.boots.attachFor(fakePc.mac, 'win', fakePc.address);

  test('a PC waits for its boot, has the draft, and is as any other after the next one', async () => {
    const { superSessions, imageChanges } = fake.services;
    expect(superSessions.list('win')).toEqual([]);
    superSessions.start('win', { host: 'pc-01', entry: 'win' });
    const session = { host: 'pc-01', mac: fakePc.mac, isCapture: false };
    // Of every image of its entry.
    expect(superSessions.list('games')).toEqual([{ ...session, state: 'waiting' }]);

    await boot();
    // Events are told in batches.
    await expect.poll(() => superSessions.list('win')).toEqual([{ ...session, state: 'starting' }]);
    await expect(imageChanges.publishDraft('win')).rejects.toMatchObject({ code: 'draft_in_use' });

    await superSessions.end('win', 'pc-01');
    expect(fake.services.hosts.get('pc-01').super).toBe(false);
    // It may still run from the draft.
    expect(superSessions.list('win')).toHaveLength(1);
    await boot();
    expect(superSessions.list('win')).toEqual([]);
    expect((await imageChanges.publishDraft('win', 'new')).published).toBe(2);
  });

  test('through an entry that is not its own, at its next boot only', async () => {
    const { superSessions, addEntry, hosts } = fake.services;
    addEntry({ name: 'other', os: 'win' });
    superSessions.start('win', { host: 'pc-01', entry: 'other' });
    expect(hosts.get('pc-01')).toMatchObject({ super: true, nextEntry: 'other', entry: 'win' });
    await superSessions.end('win', 'pc-01');
    expect(hosts.get('pc-01')).toMatchObject({ super: false, nextEntry: null });
  });

  test('an entry without the image, and an image or PC that is none, are refused', async () => {
    const { superSessions, images, addEntry } = fake.services;
    await images.createBlank({ name: 'linux', kind: 'os' }, 1024);
    addEntry({ name: 'linux', os: 'linux' });
    const start = (image: string, host: string, entry: string) => () =>
      superSessions.start(image, { host, entry });
    expect(start('win', 'pc-01', 'linux')).toThrow(
      expect.objectContaining({ code: 'invalid_value' }),
    );
    expect(start('none', 'pc-01', 'win')).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(start('win', 'pc-99', 'win')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test('a PC that copies its own disk to an image, until that is ended', async () => {
    const { superSessions, captures, updateHost } = fake.services;
    await fake.services.images.createBlank({ name: 'copy', kind: 'os' }, 1024);
    updateHost('pc-01', { super: true });
    await captures.set('pc-01', 'copy');
    expect(superSessions.list('copy')).toMatchObject([{ host: 'pc-01', isCapture: true }]);
    await superSessions.end('copy', 'pc-01');
    expect(superSessions.list('copy')).toEqual([]);
  });

  test.each([
    [false, 'super', 'waiting'],
    [true, 'super', 'editing'],
    [true, 'booting', 'starting'],
    [true, 'off', 'waiting'],
    [true, undefined, 'waiting'],
  ] as const)('given %s and %s is %s', (isGiven, state, expected) => {
    expect(stateOfSession(isGiven, state)).toBe(expected);
  });

  test('who has an image: by the menu, and by disks of theirs', async () => {
    const { imageUsers } = fake.services;
    expect(imageUsers('games')).toEqual({ entries: ['win'], hosts: [] });
    await boot();
    expect(imageUsers('games')).toEqual({ entries: ['win'], hosts: ['pc-01'] });
    expect(() => imageUsers('none')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});
