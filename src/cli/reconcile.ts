import type { Command } from 'commander';
import type { ReconcileStep } from '../service/reconcile.ts';
import type { CliContext } from './context.ts';
import { toTable } from './print.ts';

/** `cafeboot reconcile`: puts volumes and targets in order now, or tells what it would do. */
export function addReconcileCommand(program: Command, context: CliContext): void {
  program
    .command('reconcile')
    .description('make volumes and iSCSI targets what they should be, and tell what was done')
    .option('-n, --dry-run', 'only tell what would be done')
    .action(({ dryRun = false }: { dryRun?: boolean }) =>
      // Without the server nothing is exported, and everything would seem to be missing.
      context.withServer(async (api) => {
        const steps = (await api('POST', '/reconcile', { dryRun })) as ReconcileStep[];
        if (context.json()) context.print(JSON.stringify(steps));
        else if (steps.length > 0) {
          context.print(
            toTable(
              steps.map((step) => ({ ...step })),
              ['action', 'subject', 'outcome', 'detail'],
            ),
          );
        } else {
          const nothing = { done: 0, failed: 0 };
          context.print(context.translator.event('storage.reconciled', nothing));
        }
      }),
    );
}
