import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './test/summary-reporter.ts';

/** Tiers run one after another: `sequence.groupOrder`. Files of the slow ones share two cores badly. */
const tier = (name: string, groupOrder: number, timeoutMs: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    sequence: { groupOrder },
    ...(name !== 'unit' && { maxWorkers: 1 }),
  },
});

/** One project per tier (`make test-unit`, `test-interop`, `test-vm`); each bounds its own waits. */
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    projects: [tier('unit', 0, 20_000), tier('interop', 1, 180_000), tier('vm', 2, 900_000)],
  },
});
