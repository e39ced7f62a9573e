import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic, { type ListDir, type ListFile } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { BootHttpDeps } from './server.ts';

/** Files below the HTTP root: HEAD, ranges, ETag, and listings of directories. No dotfiles. */
export async function addFiles(app: FastifyInstance, deps: BootHttpDeps): Promise<void> {
  const { httpRoot, bootFiles } = deps;
  await app.register(fastifyStatic, {
    root: httpRoot,
    dotfiles: 'ignore',
    index: false,
    redirect: true,
    list: { format: 'html', names: ['/', ''], render: renderListing },
  });
  for (const name of bootFiles.names) {
    app.get(`/${name}`, async (_request, reply) => {
      const directory = await findDirectory(name, bootFiles.directories);
      return directory ? reply.sendFile(name, directory) : reply.callNotFound();
    });
  }
}

async function findDirectory(name: string, directories: readonly string[]) {
  for (const directory of directories) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found?.isFile()) return directory;
  }
  return undefined;
}

/** One line a name, as nginx's autoindex shows it: exact size, local time. */
function renderListing(dirs: ListDir[], files: ListFile[]): string {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const rows = [
    ...dirs.sort(byName).map(({ name, stats }) => row(`${name}/`, stats.mtime, '-')),
    ...files.sort(byName).map(({ name, stats }) => row(name, stats.mtime, String(stats.size))),
  ];
  return [
    '<!doctype html><html><head><meta charset="utf-8"><title>Index</title></head><body><pre>',
    '<a href="../">../</a>',
    ...rows,
    '</pre></body></html>',
  ].join('\n');
}

function row(name: string, modified: Date, size: string): string {
  const gap = ' '.repeat(Math.max(1, 52 - name.length));
  const href = encodeURI(name).replace(/[?#]/g, encodeURIComponent);
  return `<a href="${escapeHtml(href)}">${escapeHtml(name)}</a>${gap}${localTime(modified)} ${size.padStart(20)}`;
}

function localTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
