import { expect, test } from 'vitest';
import { listCaptures } from '../../fixtures/pcap.ts';
import { replayCapture } from '../../fixtures/replay.ts';

// Refresh after a reviewed change: npx vitest run --project unit -u decide-captures
test.each(listCaptures())('answers to the PCs of %s are the golden ones', async (name) => {
  await expect(replayCapture(name)).toMatchFileSnapshot(`../../fixtures/golden/${name}.txt`);
});
