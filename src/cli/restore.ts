import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RestoreReport } from '../service/backup/report.ts';
import type { CliContext } from './context.ts';
import { toSize, toTable } from './print.ts';

export interface RestoreFlags {
  force?: boolean;
  volumeGroup?: string;
}

/** `cafeboot restore`: puts a backup back, and tells which images it could not bring. */
export function addRestoreCommand(program: Command, context: CliContext): void {
  program
    .command('restore <file>')
    .description('put a backup back, where no server runs; nothing is changed if it is damaged')
    .option('--force', 'also where there are PCs, images or entries already, which it replaces')
    .option(
      '--volume-group <name>',
      "another one than the backup's; empty: files below the data directory",
    )
    .action(async (file: string, flags: RestoreFlags) => {
      show(await context.restore(resolve(file), flags), context);
    });
}

function show(report: RestoreReport, { json, print }: CliContext): void {
  if (json()) {
    print(JSON.stringify(report));
    return;
  }
  const { createdAt, hosts, entries, files, images, leftOut } = report;
  const rows = [
    { what: 'backup of', value: new Date(createdAt).toLocaleString(), note: '' },
    { what: 'hosts', value: hosts, note: '' },
    { what: 'entries', value: entries, note: '' },
    { what: 'files', value: files, note: '' },
    ...images.map(({ image, version, state }) => ({
      what: 'image',
      value: `${image} v${version}`,
      note: state,
    })),
    ...leftOut.map(({ name, sizeBytes }) => ({
      what: 'not in backup',
      value: name,
      note: toSize(sizeBytes),
    })),
  ];
  print(toTable(rows, ['what', 'value', 'note']));
}
