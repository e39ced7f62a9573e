import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Directory listing in HTML: one line a name, directories first, exact sizes in bytes, local times. */
export async function renderListing(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  const found = await Promise.all(
    names.map(async (name) => ({
      name,
      stats: await stat(join(directory, name)).catch(() => undefined),
    })),
  );
  const rows = { directories: [] as string[], files: [] as string[] };
  for (const { name, stats } of found) {
    if (stats?.isDirectory()) rows.directories.push(row(`${name}/`, stats.mtime, '-'));
    else if (stats?.isFile()) rows.files.push(row(name, stats.mtime, String(stats.size)));
  }
  return [
    '<!doctype html><html><head><meta charset="utf-8"><title>Index</title></head><body><pre>',
    '<a href="../">../</a>',
    ...rows.directories,
    ...rows.files,
    '</pre></body></html>\n',
  ].join('\n');
}

const nameColumns = 52;
const sizeColumns = 20;

function row(name: string, modified: Date, size: string): string {
  const gap = ' '.repeat(Math.max(1, nameColumns - name.length));
  // `./` keeps a name with a colon from being read as a scheme.
  const href = `./${encodeURI(name).replace(/[?#]/g, encodeURIComponent)}`;
  const link = `<a href="${escapeHtml(href)}">${escapeHtml(name)}</a>`;
  return `${link}${gap}${localTime(modified)} ${size.padStart(sizeColumns)}`;
}

function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
