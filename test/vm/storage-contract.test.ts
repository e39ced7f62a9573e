import { afterAll, beforeAll, test } from 'vitest';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { runGuestTests } from './guest-tests.ts';

let lab: ServerLab | undefined;

beforeAll(async () => {
  lab = await startServerLab({ vm: { disks: [{ name: 'scratch', sizeBytes: 4 * 2 ** 30 }] } });
});
afterAll(() => lab?.close());

test('lvm-thin, and LIO and tgt on volumes and files, do what the contract says', async () => {
  if (!lab) throw new Error('no lab');
  const files = ['lvm-thin', 'lio', 'targetcli', 'full-pool', 'pool-watch'].map(
    (name) => `test/guest/${name}.test.ts`,
  );
  await runGuestTests(lab.vm, files);
});
