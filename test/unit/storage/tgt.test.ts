import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CafebootError } from '../../../src/errors.ts';
import type { Run } from '../../../src/storage/exec.ts';
import { startTgt } from '../../../src/storage/tgt.ts';

const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
const chap = { userName: name, secret: 'a1B2c3D4e5F6g7H8' };
const spec = { name, initiator: name, luns: [{ devicePath: '/disk', serial: 'cb1-1' }], chap };

/** A tgtd that knows its targets and accounts, and answers these commands once with these words instead. */
function fakeTgtd(failures: Record<string, string>) {
  const targets = new Set<string>();
  const accounts = new Set<string>();
  const run: Run = async (_file, argv) => {
    const option = (key: string) => argv[argv.indexOf(key) + 1] ?? '';
    const key = `${option('--mode')} ${option('--op')}`;
    const fail = (stderr: string) => {
      throw new CafebootError('command_failed', { command: argv.join(' '), exitCode: 22, stderr });
    };
    const said = failures[key];
    delete failures[key];
    if (said !== undefined) fail(said);
    const tid = option('--tid');
    if (key === 'target new') targets.add(tid);
    else if (key === 'target delete' && !targets.delete(tid)) fail("can't find the target");
    else if (key === 'account new') accounts.add(option('--user'));
    else if (key === 'account delete' && !accounts.delete(option('--user'))) {
      fail("can't find the account");
    }
    return { stdout: '', stderr: '' };
  };
  return { run, targets, accounts };
}

test.each([
  [{ 'target new': 'out of memory' }, {}],
  // The first replacement takes the target away, but not its account.
  [{}, { 'account delete': 'busy' }],
])(
  'a target whose making or removal broke off is made at the next try: %j %j',
  async (making, removing) => {
    const failures: Record<string, string> = { ...making };
    const { run, targets } = fakeTgtd(failures);
    const runDir = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
    const server = await startTgt({ runDir, portals: [], run });
    try {
      const first = await server.ensure(spec).catch((error: CafebootError) => error.code);
      expect(first).toBe('target new' in making ? 'target_unavailable' : 'created');
      Object.assign(failures, removing);
      const changed = { ...spec, luns: [{ devicePath: '/other', serial: 'cb1-1' }] };
      if ('account delete' in removing) await expect(server.ensure(changed)).rejects.toThrow();
      await server.ensure(changed);
      expect(await server.compare(changed)).toBe('same');
      expect(targets.size).toBe(1);
      await server.remove(name);
      expect(await server.list()).toEqual([]);
      expect(targets.size).toBe(0);
    } finally {
      await server.close();
    }
  },
);
