import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { SummaryReporter } from './test/summary-reporter.ts';

/** Of the interop tests, those that hold a server to a time, a rate or an amount: nothing runs beside them. */
const measuring = ['dhcp', 'dist', 'full-dhcp', 'reflink', 'tftp', 'thrift/*'].map(
  (name) => `test/interop/${name}.test.ts`,
);

const ownTmp = ['test/own-tmp.ts'];

interface Tier {
  name: string;
  /** Tiers run one after another; those of the same number together. */
  order: number;
  timeoutMs: number;
  /** Files at a time. */
  workers: number;
  include?: string[];
  exclude?: string[];
  setupFiles?: string[];
}

const tier = ({ name, order, timeoutMs, workers, ...more }: Tier) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    sequence: { groupOrder: order },
    maxWorkers: workers,
    ...more,
  },
});

/** The tiers of `make test`, each a folder (`make test-unit`, `test-interop` ...); each bounds its own waits. */
export default defineConfig({
  test: {
    reporters: ['default', new SummaryReporter()],
    sequence: { sequencer: LongestFirst },
    projects: [
      tier({ name: 'unit', order: 0, timeoutMs: 20_000, workers: 2, setupFiles: ownTmp }),
      tier({ name: 'interop', order: 1, timeoutMs: 180_000, workers: 2, exclude: measuring }),
      tier({
        ...{ name: 'interop-measured', order: 2, timeoutMs: 180_000, workers: 1 },
        include: measuring,
      }),
      // A browser paints on one core and the program answers on the other.
      tier({ name: 'ui', order: 3, timeoutMs: 120_000, workers: 1, setupFiles: ownTmp }),
      // A lab waits for one of its machines most of the time; another lab has the other core meanwhile.
      tier({ name: 'vm', order: 4, timeoutMs: 900_000, workers: 2 }),
      tier({ name: 'install', order: 5, timeoutMs: 900_000, workers: 2 }),
      tier({ name: 'boot', order: 5, timeoutMs: 900_000, workers: 2 }),
    ],
  },
});
