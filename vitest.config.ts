import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { SummaryReporter } from './test/summary-reporter.ts';

/** Tiers run one after another: `sequence.groupOrder`. `maxWorkers`: files at a time, by default one a core. */
const tier = (name: string, groupOrder: number, timeoutMs: number, maxWorkers?: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    sequence: { groupOrder },
    ...(maxWorkers && { maxWorkers }),
  },
});

/** One project per tier (`make test-unit`, `test-interop`, `test-vm`); each bounds its own waits. */
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    sequence: { sequencer: LongestFirst },
    projects: [
      tier('unit', 0, 20_000, 2),
      // Some measure what this machine can do.
      tier('interop', 1, 180_000, 1),
      tier('ui', 2, 120_000, 1),
      // A lab waits for one of its machines most of the time; another lab has the other core meanwhile.
      tier('vm', 3, 900_000, 2),
      tier('install', 4, 900_000, 2),
      tier('boot', 4, 900_000, 2),
    ],
  },
});
