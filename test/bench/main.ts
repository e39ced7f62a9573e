/**
 * `npm run bench [section [part of a row's name]]`: measures us and the servers we replace side by side in one run, prints one
 * table with ratios and writes bench-results/bench.json. Needs root, for namespaces.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { bootHttpSection } from './boot-http.ts';
import { dhcpSection } from './dhcp.ts';
import { measureRow, type Row, type Section } from './frame.ts';
import { scriptsSection } from './scripts.ts';
import { storageSection } from './storage.ts';
import { formatTable } from './table.ts';
import { tftpSection } from './tftp.ts';

const sections: readonly Section[] = [
  dhcpSection,
  tftpSection,
  bootHttpSection,
  scriptsSection,
  storageSection,
];

const [only, named = ''] = process.argv.slice(2);
const chosen = sections.filter(({ name }) => only === undefined || name === only);
if (chosen.length === 0) {
  console.error(`no such section; there are: ${sections.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const rows: Row[] = [];
for (const section of chosen) {
  await section.run(async (measurement) => {
    if (!measurement.name.includes(named)) return;
    const row = await measureRow(section.name, measurement);
    rows.push(row);
    console.error(`${section.name}: ${row.name} done`);
  });
}

console.log(formatTable(rows));
const machine = {
  node: process.version,
  cpus: cpus().length,
  model: cpus()[0]?.model ?? 'unknown',
};
await mkdir('bench-results', { recursive: true });
await writeFile('bench-results/bench.json', `${JSON.stringify({ machine, rows }, null, 2)}\n`);
