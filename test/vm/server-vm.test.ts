import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { guestTestsTimeoutMs, runGuestTests } from './guest-tests.ts';

let lab: ServerLab | undefined;

beforeAll(async () => {
  lab = await startServerLab({ vm: { disks: [{ name: 'scratch', sizeBytes: 4 * 2 ** 30 }] } });
});
afterAll(() => lab?.close());

function vm() {
  if (!lab) throw new Error('no lab');
  return lab.vm;
}
const run = (...argv: [string, ...string[]]) => vm().run(argv);

test('a command that fails, one that is missing and one that hangs fail like those of the host', async () => {
  await expect(run('sh', '-c', 'echo why >&2; exit 7')).rejects.toMatchObject({
    code: 'command_failed',
    context: { exitCode: 7, stderr: 'why\n' },
  });
  await expect(run('no-such-program')).rejects.toMatchObject({ code: 'command_missing' });
  const hanging = vm().run(['sleep', '600'], { timeoutMs: 500 });
  await expect(hanging).rejects.toMatchObject({ code: 'command_timeout' });
  expect(await vm().run(['cat'], { input: 'thin 精简\n', cwd: '/tmp' })).toBe('thin 精简');
});

// One run of vitest: to start it costs an emulated machine most of a minute.
const guestTests = [
  ...['kernel', 'lvm-thin', 'lio', 'targetcli', 'disk-setup', 'read-cache', 'backup'],
  // A pool is kept from filling up; one that is full harms nobody who only reads.
  ...['pool-watch', 'full-pool'],
];

test(
  'lvm-thin, and LIO and tgt on volumes and files, do what the contract says',
  () =>
    runGuestTests(
      vm(),
      guestTests.map((name) => `test/guest/${name}.test.ts`),
    ),
  guestTestsTimeoutMs + 60_000,
);

test('a panic of its kernel fails whatever waits for it, with what the kernel said', async () => {
  const waiting = run('sleep', '600');
  await Promise.all([
    expect(waiting).rejects.toThrow(/Kernel panic - not syncing: sysrq triggered crash/),
    run('sh', '-c', 'echo c >/proc/sysrq-trigger').catch(() => undefined),
  ]);
  expect(vm().isOn()).toBe(false);
});
