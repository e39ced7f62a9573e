import { afterAll, beforeAll, test } from 'vitest';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { runGuestTests } from './guest-tests.ts';

let lab: ServerLab | undefined;

beforeAll(async () => {
  lab = await startServerLab({ vm: { disks: [{ name: 'scratch', sizeBytes: 4 * 2 ** 30 }] } });
});
afterAll(() => lab?.close());

async function runThere(...names: string[]): Promise<void> {
  if (!lab) throw new Error('no lab');
  await runGuestTests(
    lab.vm,
    names.map((name) => `test/guest/${name}.test.ts`),
  );
}

test('lvm-thin, and LIO and tgt on volumes and files, do what the contract says', () =>
  runThere('lvm-thin', 'lio', 'targetcli'));

test('a pool is kept from filling up; one that is full harms nobody who only reads', () =>
  runThere('pool-watch', 'full-pool'));
