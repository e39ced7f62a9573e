import { expect } from 'vitest';
import type { ServerVm } from '../../scripts/lab/server-vm/vm.ts';

/** What vitest's JSON reporter says of a file and its tests. */
interface JsonReport {
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[];
  }[];
}

const projectRoot = new URL('../..', import.meta.url).pathname;
const reportPath = '/run/guest-tests.json';
/** Ten minutes on a core of its own. */
export const guestTestsTimeoutMs = 25 * 60_000;

/**
 * Runs test files of test/guest inside the VM, where they have lvm2 and LIO. Every test there that is not
 * passed fails this one with its message, and so does a file that could not be loaded or has no test.
 */
export async function runGuestTests(vm: ServerVm, files: readonly string[]): Promise<void> {
  const output: string[] = [];
  await vm.run(['rm', '-f', reportPath]);
  const vitest = vm.start(
    [
      process.execPath,
      `${projectRoot}node_modules/vitest/vitest.mjs`,
      'run',
      ...['--config', 'vitest.guest.config.ts'],
      ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', reportPath],
      ...files,
    ],
    {
      cwd: projectRoot,
      env: { NO_COLOR: '1' },
      onStdout: (line) => output.push(line),
      onStderr: (line) => output.push(line),
    },
  );
  const timer = setTimeout(() => void vitest.stop(0), guestTestsTimeoutMs);
  const exitCode = await vitest.exited;
  clearTimeout(timer);
  const said = output.join('\n');
  const report = await vm
    .run(['cat', reportPath])
    .then((text) => JSON.parse(text) as JsonReport)
    .catch((error: unknown) => {
      throw new Error(`vitest in the VM ended with ${exitCode}:\n${said}`, { cause: error });
    });
  console.log(said);
  expect(report.testResults.flatMap(problemsOf), said).toEqual([]);
  expect(report.testResults, said).toHaveLength(files.length);
  expect(exitCode, said).toBe(0);
}

function problemsOf({ name, message, assertionResults }: JsonReport['testResults'][0]): string[] {
  if (assertionResults.length === 0) return [`${name}: ${message || 'no tests'}`];
  return assertionResults
    .filter(({ status }) => status !== 'passed')
    .map(({ fullName, status, failureMessages }) =>
      [`${fullName}: ${status}`, ...(failureMessages ?? [])].join('\n'),
    );
}
