import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Appliance, startAppliance } from '../../scripts/lab/appliance.ts';
import { type Lab, startLab } from '../../scripts/lab/lab.ts';
import { startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { useVolumeGroup } from '../cafe/cafe.ts';
import { evidenceOf } from '../cafe/evidence.ts';
import { type CafeLife, createCafeLife } from './cafe-life.ts';
import { plugInPaperPcs } from './paper-pcs.ts';

/** `make torture` has many more of them; here they show that it still works. */
const counted = (name: string, byDefault: number) => Number(process.env[name] ?? byDefault);
const kills = counted('CAFEBOOT_KILLS', 8);
/** Half a minute each: `make torture` alone has them. real-disks.test.ts pulls the plug once, with PCs that boot. */
const vmKills = counted('CAFEBOOT_VM_KILLS', 0);
const vmResets = counted('CAFEBOOT_VM_RESETS', 0);
const seed = counted('CAFEBOOT_SEED', Date.now() % 1_000_000);
const volumeGroup = 'pool';
const longestMs = 4 * 3_600_000;

let appliance: Appliance;
let closers: (() => Promise<void>)[] = [];

beforeEach(({ onTestFailed }) => {
  onTestFailed(async () => console.log(await evidenceOf([], appliance)));
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const restart = async (lab: Lab) => {
  appliance = await startAppliance(lab);
};

/** A cafe where something goes on, on volumes that are at `deviceOf`. */
async function openLife(lab: Lab, deviceOf: (volume: string) => string): Promise<CafeLife> {
  await restart(lab);
  const { pcs, close } = await plugInPaperPcs(lab, 5);
  closers.push(close);
  console.log(`seed ${seed}`);
  const api = () => appliance.api;
  const life = createCafeLife({ seed, pcs, place: lab.server, deviceOf, api });
  await life.open();
  return life;
}

/** The end comes in the middle of work; then the server starts, and everything must be right. */
async function surviveEach(
  lab: Lab,
  life: CafeLife,
  ends: readonly (() => Promise<void>)[],
): Promise<void> {
  for (const [index, end] of ends.entries()) {
    const work = life.work(3);
    await sleep(life.random(3_000));
    await end();
    await work;
    await restart(lab);
    await life.check();
    const count = index + 1;
    if (count % 10 === 0 || count === ends.length) await life.checkSums();
    if (count % 10 === 0) console.log(`${count} of ${ends.length}: ${life.summary()}`);
  }
  console.log(life.summary());
}

test(
  `after ${kills} kills in the middle of work nothing is lost, and nothing is left over`,
  async () => {
    const lab = await startLab();
    closers.push(lab.close);
    const life = await openLife(lab, (volume) => join(lab.server.dataDir, 'pool', `${volume}.img`));
    await surviveEach(
      lab,
      life,
      Array.from({ length: kills }, () => () => appliance.crash()),
    );
  },
  longestMs,
);

async function surviveOnRealDisks(): Promise<void> {
  const disks = [{ name: 'pool', sizeBytes: 4 * 2 ** 30 }];
  const lab = await startServerLab({ vm: { disks } });
  closers.push(lab.close);
  await useVolumeGroup(lab, volumeGroup);
  const life = await openLife(lab, (volume) => `/dev/${volumeGroup}/cb-${volume}`);
  const pullPlug = async () => {
    const readers = await life.startReaders();
    expect(readers).not.toHaveLength(0);
    await sleep(life.random(2_000));
    await lab.vm.reset();
    for (const reader of readers) await reader.stop();
  };
  await surviveEach(lab, life, [
    ...Array.from({ length: vmKills }, () => () => appliance.crash()),
    ...Array.from({ length: vmResets }, () => pullPlug),
  ]);
}

if (vmKills + vmResets > 0) {
  const ends = `${vmKills} kills, and ${vmResets} pulled plugs while PCs read`;
  test(`so it is on real disks, after ${ends}`, surviveOnRealDisks, longestMs);
}
