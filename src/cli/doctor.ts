import type { Command } from 'commander';
import { CafebootError, codeOf } from '../errors.ts';
import type { Settings } from '../service/setting-list.ts';
import type { CliContext } from './context.ts';
import { bootFiles } from './doctor/boot-files.ts';
import type { Check, CheckContext, Finding } from './doctor/check.ts';
import { dhcpServers } from './doctor/dhcp-servers.ts';
import { toTable } from './print.ts';

/** In the order of the report. */
const checks: readonly Check[] = [dhcpServers, bootFiles];

/** `cafeboot doctor`: looks at what a cafe's server needs around it, and tells what to do. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('look for what keeps PCs from booting, and tell what to do about it')
    .action(async () => {
      const machine = await context.machine();
      const { settings, isServing } = await context.withApi(async (api, { isOffline }) => ({
        settings: (await api('GET', '/settings')) as Settings,
        isServing: !isOffline,
      }));
      const checkContext = { ...machine, settings, isServing };
      const findings = await Promise.all(checks.map((check) => runCheck(check, checkContext)));
      show(findings.flat(), context);
      const failed = findings.flat().filter(({ verdict }) => verdict === 'fail').length;
      if (failed > 0) throw new CafebootError('doctor_found', { count: failed });
    });
}

type NamedFinding = Finding & { check: string };

/** A check that cannot do its work is a finding too. */
async function runCheck(check: Check, context: CheckContext): Promise<NamedFinding[]> {
  const findings = await check.run(context).catch((error: unknown): Finding[] => {
    const reason = error instanceof Error ? error.message : codeOf(error);
    return [{ verdict: 'fail', code: 'check-failed', data: { reason } }];
  });
  return findings.map((finding) => ({ check: check.name, ...finding }));
}

function show(findings: NamedFinding[], { json, print, translator }: CliContext): void {
  const told = findings.map((finding) => ({ ...finding, ...translator.finding(finding) }));
  if (json()) {
    print(JSON.stringify(told));
    return;
  }
  const rows = told.flatMap(({ verdict, check, text, remedy }) => [
    { verdict, check, finding: text },
    ...(remedy === '' ? [] : [{ verdict: ' ', check: ' ', finding: `→ ${remedy}` }]),
  ]);
  print(toTable(rows, ['verdict', 'check', 'finding']));
}
