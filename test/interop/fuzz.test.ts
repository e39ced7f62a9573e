import { expect, test } from 'vitest';
import { runFuzz } from '../fuzz/fuzz.ts';
import { problemsOf } from '../fuzz/verdict.ts';

test('100,000 hostile datagrams to each UDP port leave an appliance that boots PCs and has not grown', async () => {
  const report = await runFuzz({ count: 100_000, seed: 20_260_101 });
  expect({ problems: problemsOf(report), report }).toMatchObject({ problems: [] });
});
