import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labNet } from '../../scripts/lab/lab.ts';
import { useCafe } from '../cafe/cafe.ts';
import type { FloodOptions } from '../fuzz/flood.ts';

const cafe = useCafe();

test('after a flood of hostile datagrams to every UDP port a PC boots as ever', async () => {
  const { lab, addPc, boot } = cafe();
  const asker = '10.77.0.253';
  const options: FloodOptions = {
    server: labNet.applianceAddress,
    clients: [labNet.routerAddress],
    asker,
    count: 100_000,
    seed: 7,
  };
  const flood = join(import.meta.dirname, '../fuzz/flood.ts');
  const argv = [process.execPath, flood, JSON.stringify(options)] as const;
  // Broadcasts of a wildcard socket leave by the default route.
  await lab.router.netns.run(['ip', 'address', 'add', `${asker}/24`, 'dev', 'eth0']);
  await lab.router.netns.run(['ip', 'route', 'add', 'default', 'dev', 'eth0']);
  const result = JSON.parse(await lab.router.netns.run(argv, { timeoutMs: 240_000 }));
  expect(result.sent).toBeGreaterThanOrEqual(3 * options.count);

  const pc = await addPc({ name: 'after', firmware: 'bios' });
  expect((await boot(pc)).root).toMatch(/^\/dev\/sd/);
});
