import { beforeAll, expect, test } from 'vitest';
import type { Pc } from '../../scripts/lab/pc.ts';
import { entryName, firmwareTimeoutMs, targetOf, targetPrefix, useCafe } from './cafe.ts';

const cafe = useCafe();
let editor: Pc;
let other: Pc;
let ordinary: Pc;
let goldenSum: string;

beforeAll(async () => {
  const superHost = { firmware: 'bios', host: { super: true } } as const;
  editor = await cafe().addPc({ name: 'editor', ...superHost });
  other = await cafe().addPc({ name: 'other-editor', ...superHost, memoryMib: 256 });
  ordinary = await cafe().addPc({ name: 'ordinary', firmware: 'bios' });
  goldenSum = await cafe().goldenSum();
});

const draftTarget = `${targetPrefix}:sn.${entryName}`;

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

test('a super PC boots the draft, beside an ordinary PC that boots the golden version', async () => {
  const [draft, own] = await Promise.all([
    editor.console.up(firmwareTimeoutMs),
    cafe().boot(ordinary),
  ]);
  expect(draft).toMatchObject({ target: draftTarget, initiator: draftTarget });
  expect(own.target).toBe(targetOf(ordinary));
});

test('what it changes is in the draft alone', async () => {
  await editor.console.write('/root/changed', 'in the draft');
  await Promise.all([cafe().reboot(editor), cafe().reboot(ordinary)]);
  expect(await editor.console.read('/root/changed')).toBe('in the draft');
  await expect(ordinary.console.read('/root/changed')).rejects.toThrow('No such file');
  expect(await cafe().goldenSum()).toBe(goldenSum);
});
