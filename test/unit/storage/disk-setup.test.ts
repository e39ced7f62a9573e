import { expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { createDiskSetup } from '../../../src/storage/disk-setup.ts';
import type { Run } from '../../../src/storage/exec.ts';

const report = {
  report: [{ vg: [{ vg_name: 'ssd', vg_size: '1000', vg_free: '250', vg_extent_size: '4' }] }],
};
const answer = (stdout: string): Run => (async () => ({ stdout, stderr: '' })) as unknown as Run;

test('the volume groups of this machine, with what is free in each', async () => {
  const groups = await createDiskSetup(answer(JSON.stringify(report))).listGroups();
  expect(groups).toMatchObject([{ name: 'ssd', sizeBytes: 1000, freeBytes: 250 }]);
});

test('a machine without lvm has none; any other failure is one', async () => {
  const failing =
    (error: CafebootError): Run =>
    async () => {
      throw error;
    };
  const missing = new CafebootError('command_missing', { command: 'vgs' });
  expect(await createDiskSetup(failing(missing)).listGroups()).toEqual([]);
  const failed = new CafebootError('command_failed', { command: 'vgs' });
  await expect(createDiskSetup(failing(failed)).listGroups()).rejects.toBe(failed);
});
