import type { Command } from 'commander';
import type { NamedFinding } from '../doctor/doctor.ts';
import { CafebootError } from '../errors.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

/** `cafeboot doctor`: looks at what a cafe's server needs in and around it, and tells what to do. */
export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('look for what keeps PCs from booting, and tell what to do about it')
    .action(async () => {
      const findings = await context.examine();
      show(findings, context);
      const failed = findings.filter(({ verdict }) => verdict === 'fail').length;
      if (failed > 0) throw new CafebootError('doctor_found', { count: failed });
    });
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
