import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../src/storage/exec.ts';
import { startTgt } from '../../src/storage/tgt.ts';
import { initiatorAt } from '../contract/initiator.ts';
import { describeTargetServer } from '../contract/target-server.ts';

const address = '127.0.0.1';
const port = 20_000 + (process.pid % 10_000);

async function makeDisks(directory: string): Promise<string[]> {
  const paths = [0, 1, 2, 3].map((index) => join(directory, `disk-${index}.img`));
  for (const path of paths) {
    await writeFile(path, '');
    await truncate(path, 8 * 1024 ** 2);
  }
  return paths;
}

describeTargetServer('tgt', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  return {
    start: () => startTgt({ runDir: directory, portals: [{ address, port }], run }),
    disks: await makeDisks(directory),

    ...initiatorAt(address, port),
    cleanUp: () => rm(directory, { recursive: true }),
  };
});

test('a tgtd that outlived a crash is adopted with its targets', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const [disk = ''] = await makeDisks(directory);
  const options = { runDir: directory, portals: [{ address, port: port + 1 }], run };
  const crashed = await startTgt(options);
  const name = 'iqn.2022-10.org.dbc.iscsi:sn.win.525400000001';
  const spec = { name, initiator: name, luns: [{ devicePath: disk, serial: 'cb1-1' }] };
  await crashed.ensure(spec);
  const next = await startTgt(options);
  expect(await next.list()).toEqual([name]);
  expect(await next.ensure(spec)).toBe('unchanged');
  await next.close();
  await crashed.close();
  await rm(directory, { recursive: true });
});

test('a port that is taken is told as such', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-tgt-'));
  const first = await startTgt({ runDir: directory, portals: [{ address, port: port + 2 }], run });
  const second = join(directory, 'second');
  await expect(
    startTgt({ runDir: second, portals: [{ address, port: port + 2 }], run }),
  ).rejects.toMatchObject({ code: 'port_in_use' });
  await first.close();
  await rm(directory, { recursive: true });
});
