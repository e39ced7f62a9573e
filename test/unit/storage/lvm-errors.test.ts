import { expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import { lvmError } from '../../../src/storage/lvm-batch.ts';

const argv = ['vgs', 'cafe'];
const failed = (stderr: string) =>
  new CafebootError('command_failed', { command: 'lvm vgs cafe', exitCode: 5, stderr });

/** As lvm 2.03.31 reports in JSON what 2.03.16 wrote as text. */
const inLog = (...messages: string[]) =>
  JSON.stringify({
    report: [{ vg: [] }],
    log: messages.map((message) => ({ log_type: 'error', log_message: message })),
  });

test.each([
  ['  Volume group "cafe" not found', 'not_found'],
  ['  Failed to find logical volume "cafe/cb-x"', 'not_found'],
  ['  Logical Volume "cb-x" already exists in volume group "cafe"', 'already_exists'],
  ['  Logical volume cafe/cb-x in use.', 'in_use'],
  ['  Insufficient free space: 300 extents needed, but only 12 available', 'no_space'],
])('%s', (said, code) => {
  expect(lvmError(failed(said), argv)).toMatchObject({ code, context: { volume: 'cafe' } });
  expect(lvmError(failed(inLog(said.trim())), argv)).toMatchObject({ code });
});

test('what it says of anything else is told without the JSON around it', () => {
  const said = inLog('Internal "error"', 'failure');
  expect(lvmError(failed(said), argv)).toMatchObject({
    code: 'command_failed',
    context: { stderr: 'Internal "error"\nfailure' },
  });
});
