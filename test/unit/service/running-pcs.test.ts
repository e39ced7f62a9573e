import { expect, test } from 'vitest';
import { runningPcs } from '../../../src/service/running-pcs.ts';
import type { Session } from '../../../src/storage/targets.ts';

const prefix = 'iqn.2022-10.org.dbc.iscsi:sn';
const session = (target: string, address: string): Session => ({
  ...{ id: address, target, initiator: target, address, readBytes: 0, writtenBytes: 0 },
});

test('who has a disk: by name, once each, an editor by where it is, a stranger by its address', () => {
  const names: Record<string, string> = {
    '52:54:00:00:00:02': 'pc-2',
    '52:54:00:00:00:09': 'pc-9',
  };
  const running = runningPcs(
    [
      session(`${prefix}.win.525400000009`, '10.0.0.9'),
      session(`${prefix}.win.525400000002`, '10.0.0.2'),
      session(`${prefix}.win`, '10.0.0.2'),
      session(`${prefix}.win`, '10.0.0.77'),
      session(`${prefix}.win.5254000000ff`, '10.0.0.66'),
    ],
    {
      findHost: (mac) => (names[mac] === undefined ? undefined : { name: names[mac] }),
      findMacAt: (address) => (address === '10.0.0.2' ? '52:54:00:00:00:02' : undefined),
    },
  );
  expect(running).toEqual(['10.0.0.66', '10.0.0.77', 'pc-2', 'pc-9']);
});
