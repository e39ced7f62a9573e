import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Prints the one line that closes every run: `N passed, N failed`. A file that could not be loaded and a
 * fault outside of any test count as failed. So does a skipped test, since nothing passes by not
 * running; only those that a developer filtered out by name are counted apart.
 */
export class SummaryReporter implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) count.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed++;
        else if (state === 'skipped' && this.#isFiltered) count.skipped++;
        else count.failed++;
      }
    }
    if (count.failed > 0 || count.passed === 0) process.exitCode = 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // After the default reporter's own summary.
    setImmediate(() =>
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`),
    );
  }
}
