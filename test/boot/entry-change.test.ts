import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { entryName, targetOf, targetPrefix, useCafe } from '../cafe/cafe.ts';

const cafe = useCafe();
let pc: Pc;

beforeAll(async () => {
  pc = await cafe().addPc({ name: 'pc-keep', firmware: 'bios', host: { overlay: 'keep' } });
});

test('an entry gets another name: a PC that runs from it goes on, also over a restart of the server', async () => {
  expect((await cafe().boot(pc)).target).toBe(targetOf(pc));
  await pc.console.write('/root/before', 'written before');
  await cafe().appliance().cli('entry', 'set', entryName, '--name', 'renamed');
  await cafe().crash();
  await cafe().restart();
  await pc.console.write('/root/after', 'written after');
  expect(await pc.console.read('/root/before')).toBe('written before');
});

test('its next boot is by the new name, from the same disk', async () => {
  const { target } = await cafe().reboot(pc);
  const mac = pc.mac.replaceAll(':', '');
  expect(target).toBe(`${targetPrefix}:sn.renamed.${mac}`);
  expect(await pc.console.read('/root/before')).toBe('written before');
  expect(await pc.console.read('/root/after')).toBe('written after');
  await cafe().shutDown(pc);
});
