/**
 * Runs inside the server VM: makes an overlay and a target for each of so many hosts, one after another, as
 * LIO and lvm-thin do it for us, then a few more by targetcli. Prints a `HostsResult` as JSON.
 */
import { run } from '../../../src/storage/exec.ts';
import { startLio } from '../../../src/storage/lio.ts';
import { startLvmThin } from '../../../src/storage/lvm-thin.ts';
import { targetcliBatch } from '../../../src/storage/targetcli-batch.ts';
import { makeVolumeGroup } from '../../guest/volume-group.ts';
import { median } from '../frame.ts';

/** Milliseconds a host. */
export interface HostsResult {
  overlayAt10Ms: number;
  overlayAtEndMs: number;
  targetAt10Ms: number;
  targetAtEndMs: number;
  /** With all targets present. */
  targetcliBatchMs: number;
  /** A process for each command, with ten targets present. */
  targetcliCommandsMs: number;
}

const count = Number(process.argv[2]);
const batchCount = 5;
const portals = [{ address: '0.0.0.0', port: 3260 }];
const cleanUp = await makeVolumeGroup('cbbench');
const volumes = await startLvmThin({
  ...{ volumeGroup: 'cbbench', pool: 'pool', sizeBytes: 2 * 1024 ** 3, run },
});
const targets = await startLio({ portals, run, onSaveFailed: () => {} });

const spec = (number: number) => {
  const name = `iqn.2022-10.org.dbc.iscsi:sn.win.5254000000${String(number).padStart(3, '0')}`;
  const devicePath = volumes.devicePath(`ov-${number}`);
  const chap = { userName: `host-${number}`, secret: 'Secret1234567890' };
  return { name, initiator: name, luns: [{ devicePath, serial: `cb1-${number}` }], chap };
};
const batch = (numbers: number[]) => {
  const withKind = numbers.map(spec).map((each) => ({
    ...each,
    luns: each.luns.map((lun) => ({ ...lun, isFile: false })),
  }));
  return targetcliBatch(withKind, portals);
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Each line as an administrator's script has it: `targetcli PATH COMMAND...`. */
async function byCommands(number: number): Promise<void> {
  for (const line of batch([number]).trim().split('\n')) {
    await run('targetcli', line.split(' '), { timeoutMs: 120_000 });
  }
}

await volumes.create('golden', 64 * 1024 ** 2);
const overlayMs: number[] = [];
const targetMs: number[] = [];
let targetcliCommandsMs = Number.NaN;
for (let number = 1; number <= count; number += 1) {
  overlayMs.push(await timed(() => volumes.snapshot('golden', `ov-${number}`)));
  targetMs.push(await timed(() => targets.ensure(spec(number))));
  if (number === 10) {
    await volumes.snapshot('golden', 'ov-901');
    targetcliCommandsMs = await timed(() => byCommands(901));
  }
  if (number % 25 === 0) console.error(`${number} hosts`);
}
const last = Array.from({ length: batchCount }, (_, index) => 902 + index);
for (const number of last) await volumes.snapshot('golden', `ov-${number}`);
const input = batch(last);
const batchMs = await timed(() => run('targetcli', [], { input, timeoutMs: 600_000 }));

const around10 = (values: number[]) => median(values.slice(5, 15));
const atEnd = (values: number[]) => median(values.slice(-10));
const result: HostsResult = {
  overlayAt10Ms: around10(overlayMs),
  overlayAtEndMs: atEnd(overlayMs),
  targetAt10Ms: around10(targetMs),
  targetAtEndMs: atEnd(targetMs),
  targetcliBatchMs: batchMs / batchCount,
  targetcliCommandsMs,
};
console.log(JSON.stringify(result));
for (const name of await targets.list()) await targets.remove(name);
await targets.close();
await cleanUp();
