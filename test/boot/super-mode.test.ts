import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { entryName, firmwareTimeoutMs, useCafe } from '../cafe/cafe.ts';

const cafe = useCafe();
let editor: Pc;
let other: Pc;

beforeAll(async () => {
  const superHost = { firmware: 'bios', host: { super: true } } as const;
  editor = await cafe().addPc({ name: 'editor', ...superHost });
  other = await cafe().addPc({ name: 'other-editor', ...superHost, memoryMib: 256 });
});

test('a second super PC is told on its screen why not, from the moment the first one boots', async () => {
  editor.powerOn();
  await editor.serial.waitFor(/^GRUB|Welcome to GRUB/, firmwareTimeoutMs);
  // The first one is between iPXE's session and that of its OS for a while.
  other.powerOn();
  await other.serial.waitFor(/The golden disk of debian is being changed/, firmwareTimeoutMs);
  await other.serial.waitFor(/Press any key to try again/, 10_000);
  const failed = (await cafe().events(other)).filter(({ kind }) => kind === 'boot.failed');
  expect(failed[0]?.data).toMatchObject({ entry: entryName, code: 'draft_in_use' });
  await other.powerOff();
});
