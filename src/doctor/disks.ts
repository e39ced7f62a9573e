import { hasCode } from '../errors.ts';
import type { Run } from '../storage/exec.ts';
import type { Check, Finding } from './check.ts';

/** What the disks say of their own health, where smartctl is there to ask them. */
export const disks: Check = {
  name: 'disks',
  async run({ run }) {
    try {
      const { devices = [] } = await smartctl(run, '--scan');
      const findings = await Promise.all(devices.map(({ name }) => judgeDisk(name, run)));
      return findings.flat();
    } catch (error) {
      if (!hasCode(error, 'command_missing')) throw error;
      return [{ verdict: 'ok', code: 'disks-unchecked', data: {} }];
    }
  },
};

/** As far as smartctl's JSON output is used. */
interface SmartReport {
  devices?: { name: string }[];
  model_name?: string;
  smart_status?: { passed: boolean };
}

/** Its exit code is a set of flags, some of which are no failure; what it prints is there whatever it is. */
async function smartctl(run: Run, ...args: string[]): Promise<SmartReport> {
  const { stdout } = await run('smartctl', ['--json', ...args]).catch((error: unknown) => {
    const { cause } = error as { cause?: { stdout?: unknown } };
    if (!hasCode(error, 'command_failed') || !cause?.stdout) throw error;
    return { stdout: String(cause.stdout) };
  });
  return JSON.parse(stdout) as SmartReport;
}

async function judgeDisk(name: string, run: Run): Promise<Finding[]> {
  const { model_name: model = '?', smart_status: health } = await smartctl(run, '-i', '-H', name);
  const data = { name, model };
  // Virtual disks and some controllers do not tell.
  if (!health) return [];
  return health.passed
    ? [{ verdict: 'ok', code: 'disk-good', data }]
    : [{ verdict: 'fail', code: 'disk-failing', data }];
}
