import { expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { createLvm } from '../../../src/storage/lvm-batch.ts';

/** An lvm whose every command ends when the test says so; a batch fails, so that its commands are tried alone. */
function slowLvm() {
  const running: { name: string; end: () => void }[] = [];
  const run: Run = (_file, argv) =>
    new Promise((resolve, reject) => {
      const name = argv.join(' ') || 'batch';
      const failed = new CafebootError('command_failed', { command: name });
      const end = () => (name === 'batch' ? reject(failed) : resolve({ stdout: '', stderr: '' }));
      running.push({ name, end });
    });
  /** Ends the oldest that runs, and tells which that was. */
  const endOne = async () => {
    await expect.poll(() => running.length).toBeGreaterThan(0);
    const ended = running.shift();
    ended?.end();
    return ended?.name;
  };
  return { lvm: createLvm(run), running, endOne };
}

test('who has lvm alone waits for the batch that runs and what it tries again; what comes later waits', async () => {
  const { lvm, running, endOne } = slowLvm();
  const done: string[] = [];
  const change = (name: string) => lvm.change([name]).then(() => done.push(name));
  const changes = [change('a'), change('b')];
  await expect.poll(() => running[0]?.name).toBe('batch');
  const moved = Promise.withResolvers<void>();
  const alone = lvm.exclusive(async () => {
    done.push('alone');
    await moved.promise;
  });
  const report = lvm.report(['lvs']);
  changes.push(change('later'));
  expect(await endOne()).toBe('batch');
  expect(await endOne()).toBe('a');
  expect(await endOne()).toBe('b');
  await expect.poll(() => done).toEqual(['a', 'b', 'alone']);
  expect(running).toEqual([]);
  moved.resolve();
  await alone;
  const rest = [await endOne(), await endOne()];
  expect(rest.map((name) => name?.split(' ')[0]).sort()).toEqual(['later', 'lvs']);
  await Promise.all([report, ...changes]);
});

test('where lvm is gone, each command of a batch says so', async () => {
  const missing = new CafebootError('command_missing', { command: 'lvm' });
  const lvm = createLvm(() => Promise.reject(missing));
  const changes = await Promise.allSettled([lvm.change(['a']), lvm.change(['b'])]);
  expect(changes.map((each) => each.status === 'rejected' && each.reason)).toEqual([
    missing,
    missing,
  ]);
  await expect(lvm.change(['c'])).rejects.toBe(missing);
});
