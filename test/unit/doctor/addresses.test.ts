import { expect, test } from 'vitest';
import { findSharer } from '../../../src/doctor/addresses.ts';
import { CafebootError } from '../../../src/errors.ts';

const lan = { name: 'eth0', address: '10.77.0.1' };
const data = { lan: 'eth0 (10.77.0.1)' };

const alone = `ARPING 10.77.0.1 from 0.0.0.0 eth0
Sent 2 probes (2 broadcast(s))
Received 0 response(s)
`;
const shared = `ARPING 10.77.0.1 from 0.0.0.0 eth0
Unicast reply from 10.77.0.1 [26:F6:2C:68:16:1D]  0.535ms
Sent 1 probes (1 broadcast(s))
Received 1 response(s)
`;
/** Habets' arping draws a mark for each answer, and fails where there was none. */
const other = { answered: '!!\t  0% packet loss\n', silent: '..\t100% packet loss\n' };

test.each([
  ['nobody answers', 0, alone, { verdict: 'ok', code: 'address-alone', data }],
  [
    'somebody does',
    1,
    shared,
    { verdict: 'fail', code: 'address-shared', data: { ...data, mac: '26:f6:2c:68:16:1d' } },
  ],
  [
    'another arping, answered',
    0,
    other.answered,
    { verdict: 'ok', code: 'address-unchecked', data },
  ],
  ['another arping, silent', 1, other.silent, { verdict: 'ok', code: 'address-unchecked', data }],
])('%s', async (_, exitCode, stdout, finding) => {
  const found = findSharer(lan, async () => {
    if (exitCode === 0) return { stdout, stderr: '' };
    const context = { command: 'arping', exitCode, stderr: '' };
    throw new CafebootError('command_failed', context, { cause: { stdout } });
  });
  expect(await found).toEqual(finding);
});

test('without arping nothing is said', async () => {
  const found = findSharer(lan, async () => {
    throw new CafebootError('command_missing', { command: 'arping' });
  });
  expect(await found).toEqual({ verdict: 'ok', code: 'address-unchecked', data });
});
