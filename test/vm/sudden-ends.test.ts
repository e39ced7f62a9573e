import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import { type Appliance, startAppliance } from '../../scripts/lab/appliance.ts';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { useVolumeGroup } from './cafe.ts';
import { createCafeLife } from './cafe-life.ts';
import { evidenceOf } from './evidence.ts';
import { type PaperPc, plugInPaperPcs } from './paper-pcs.ts';

/** `make torture` has many more; here they show that it still works. */
const kills = Number(process.env.CAFEBOOT_KILLS ?? 4);
const resets = Number(process.env.CAFEBOOT_RESETS ?? 1);
const seed = Number(process.env.CAFEBOOT_SEED ?? Date.now() % 1_000_000);
const volumeGroup = 'pool';

let lab: ServerLab;
let appliance: Appliance;
let pcs: PaperPc[] = [];
const closers: (() => Promise<void>)[] = [];

const restart = async () => {
  appliance = await startAppliance(lab);
};

beforeAll(async () => {
  lab = await startServerLab({ vm: { disks: [{ name: 'pool', sizeBytes: 4 * 2 ** 30 }] } });
  closers.push(lab.close);
  await useVolumeGroup(lab, volumeGroup);
  await restart();
  const paper = await plugInPaperPcs(lab, 5);
  closers.push(paper.close);
  pcs = paper.pcs;
});
beforeEach(({ onTestFailed }) => {
  onTestFailed(async () => console.log(await evidenceOf([], appliance)));
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

test(`after ${kills} kills and ${resets} pulled plugs in the middle of work nothing is lost, and nothing is left over`, async () => {
  console.log(`seed ${seed}`);
  const life = createCafeLife({ seed, pcs, vm: lab.vm, volumeGroup, api: () => appliance.api });
  await life.open();
  const ends = [
    ...Array.from({ length: kills }, () => 'kill' as const),
    ...Array.from({ length: resets }, () => 'reset' as const),
  ];
  for (const [index, end] of ends.entries()) {
    const work = life.work(3);
    const readers = end === 'reset' ? await life.startReaders() : [];
    await sleep(life.random(3_000));
    if (end === 'kill') await appliance.crash();
    else await lab.vm.reset();
    await work;
    for (const reader of readers) await reader.stop();
    await restart();
    await life.check();
    if (index % 10 === 9 || index === ends.length - 1) await life.checkSums();
    if (index % 10 === 9) console.log(`${index + 1} of ${ends.length}: ${life.summary()}`);
  }
  console.log(life.summary());
}, 7_200_000);
