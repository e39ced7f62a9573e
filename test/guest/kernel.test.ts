import { stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';

test('the kernel has thin volumes and the SCSI target', async () => {
  const { stdout } = await run('dmsetup', ['targets']);
  expect(stdout).toMatch(/^thin-pool /m);
  expect((await stat('/sys/kernel/config/target/core')).isDirectory()).toBe(true);
});
