import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chooseCacheDir, createUnpacker } from '../../src/unpack.ts';

describe('chooseCacheDir', () => {
  const root = { uid: 0, home: '/root' };
  const user = { uid: 1000, home: '/home/li' };

  test.each([
    ['/srv/cache', { CACHE_DIRECTORY: '/var/cache/a' }, root, '/srv/cache'],
    ['', { CACHE_DIRECTORY: '/var/cache/a:/var/cache/b' }, root, '/var/cache/a'],
    ['', {}, root, '/var/cache/cafeboot'],
    ['', { XDG_CACHE_HOME: '/x' }, user, '/x/cafeboot'],
    ['', {}, user, '/home/li/.cache/cafeboot'],
  ])('%j, %o, %o: %s', (configured, environment, who, expected) => {
    expect(chooseCacheDir(configured, environment, who)).toBe(expected);
  });
});

describe('createUnpacker', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cafeboot-unpack-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('a file is unpacked once, in a directory that is ours alone', async () => {
    await mkdir(join(dir, 'program'), { mode: 0o755 });
    const unpacker = createUnpacker(dir);
    const path = unpacker.file('a.node', Buffer.from('one'));
    expect(await readFile(path, 'utf8')).toBe('one');
    expect((await stat(join(dir, 'program'))).mode & 0o777).toBe(0o700);
    const { ino } = await stat(path);
    expect(unpacker.file('a.node', Buffer.from('one'))).toBe(path);
    expect((await stat(path)).ino).toBe(ino);
    expect(unpacker.file('a.node', Buffer.from('two'))).not.toBe(path);
    expect(await readFile(path, 'utf8')).toBe('one');
  });

  test('what somebody has changed there is unpacked anew', async () => {
    const unpacker = createUnpacker(dir);
    const files = { 'ipxe.efi': Buffer.from('efi') };
    const file = unpacker.file('a.node', Buffer.from('one'));
    const directory = unpacker.directory('boot', files);
    await writeFile(file, 'evil');
    await writeFile(join(directory, 'ipxe.efi'), 'evil');
    expect(unpacker.file('a.node', Buffer.from('one'))).toBe(file);
    expect(unpacker.directory('boot', files)).toBe(directory);
    expect(await readFile(file, 'utf8')).toBe('one');
    expect(await readFile(join(directory, 'ipxe.efi'), 'utf8')).toBe('efi');
  });

  test('where nothing can be written, it says which directory', async () => {
    await writeFile(join(dir, 'program'), '');
    await chmod(join(dir, 'program'), 0o600);
    expect(() => createUnpacker(dir).file('a.node', Buffer.from('one'))).toThrow(
      expect.objectContaining({ code: 'cache_unwritable' }),
    );
  });
});
