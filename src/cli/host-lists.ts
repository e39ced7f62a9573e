import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { CafebootError } from '../errors.ts';
import { type CsvProblem, formatHostCsv } from '../service/host-csv.ts';
import type { Host } from '../service/host-fields.ts';
import type { HostImportPlan } from '../service/host-import.ts';
import type { CliContext } from './context.ts';

/** `cafeboot host import|export`: the list of PCs as a spreadsheet has it. */
export function addHostListCommands(host: Command, context: CliContext): void {
  const { translator } = context;
  const told = ({ line, ...problem }: CsvProblem) =>
    `${line}: ${translator.text(`csv:${problem.code}`, { ...problem })}`;

  host
    .command('import <file>')
    .description('add and change PCs by a CSV file; nothing is done where a line is wrong')
    .option('--dry-run', 'only say what would be done')
    .action((file: string, { dryRun = false }: { dryRun?: boolean }) =>
      context.withApi(async (api) => {
        const body = { csv: await readText(file) };
        const plan = (await api('POST', '/hosts/import?dryRun=true', body)) as HostImportPlan;
        const { problems, added, changed, unchanged } = plan;
        if (context.json()) context.print(JSON.stringify(plan));
        else for (const problem of problems) context.print(told(problem));
        if (problems.length === 0 && !context.json()) {
          const counts = `${added.length} new, ${changed.length} changed, ${unchanged} as before`;
          context.print(dryRun ? `would be: ${counts}` : counts);
        }
        // Its error says how many lines are wrong.
        if (!dryRun || problems.length > 0) await api('POST', '/hosts/import', body);
      }),
    );

  host
    .command('export <file>')
    .description('write all PCs to a CSV file that spreadsheets open')
    .addOption(new Option('--language <language>', 'of its headings').choices(['en', 'zh-CN']))
    .action((file: string, { language }: { language?: 'en' | 'zh-CN' }) =>
      context.withApi(async (api) => {
        const hosts = (await api('GET', '/hosts')) as Host[];
        await writeFile(file, formatHostCsv(hosts, language ?? translator.language));
      }),
    );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CafebootError('not_found', { kind: 'file', name: path }, { cause: error });
  }
}
