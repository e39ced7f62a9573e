import { expect, test } from 'vitest';
import { createKernelLog, parseRecord } from '../../../src/storage/kernel-log.ts';
import { createUnknownTargets, findUnknownTarget } from '../../../src/storage/lio-unknown.ts';

const said = (target: string) => `Unable to locate Target IQN: ${target} in Storage Node`;

test("a record's message is what follows its head, without its properties", () => {
  expect(parseRecord('3,812,5140900,-;something failed; twice\n SUBSYSTEM=net\n')).toBe(
    'something failed; twice',
  );
});

test('a machine whose log nobody may read has nothing to say', async () => {
  const log = createKernelLog('/nowhere/kmsg');
  expect(await log.read()).toEqual([]);
  expect(await log.read()).toEqual([]);
  await log.close();
});

test('logins to missing targets are counted by name, however many names somebody tries', async () => {
  let messages = ['usb 1-1: new device', said('iqn.a'), said('iqn.a')];
  const unknown = createUnknownTargets({ read: async () => messages, close: async () => {} });
  expect(await unknown.read()).toMatchObject([{ target: 'iqn.a', unknownTarget: 2 }]);
  messages = Array.from({ length: 500 }, (_, index) => said(`iqn.${index}`));
  const counted = await unknown.read();
  expect(counted).toHaveLength(100);
  expect(counted.reduce((sum, { unknownTarget }) => sum + unknownTarget, 0)).toBe(502);
  expect(findUnknownTarget('Unable to locate Target Portal Group on iqn.a')).toBeUndefined();
});
