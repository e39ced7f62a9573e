import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints the one line that closes every run: `N passed, N failed`. A file that could not be loaded, a
 * fault outside of any test, and a test that was skipped count as failed: nothing passes by not running.
 */
export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    for (const module of modules) {
      if (module.errors().length > 0) failed++;
      for (const test of module.children.allTests()) {
        if (test.result().state === 'passed') passed++;
        else failed++;
      }
    }
    process.once('exit', () => {
      if (failed > 0) process.exitCode = 1;
    });
    // After the default reporter's own summary.
    setImmediate(() => process.stdout.write(`\n${passed} passed, ${failed} failed\n`));
    if (failed > 0) process.exitCode = 1;
  }
}
