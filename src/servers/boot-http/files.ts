import { stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import send from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { renderListing } from './listing.ts';
import type { BootHttpDeps } from './server.ts';

/**
 * Reads this large keep one core ahead of a 10 Gbit/s link; a reader that stalls holds two of them.
 * WIM and ISO images are most of what is fetched.
 */
const readBytes = 1024 * 1024;

/**
 * Files below the HTTP root: HEAD, ranges, ETag, and listings of directories. No dotfiles. A symbolic
 * link is followed, since only the administrator can put one there, say to a disk full of ISO images.
 */
export function addFiles(app: FastifyInstance, deps: BootHttpDeps): void {
  const { httpRoot, bootFiles } = deps;

  app.get('/*', async (request, reply) => {
    const path = findPath(request.url);
    if (path === undefined) return reply.callNotFound();
    const name = path.slice(1);
    const directory = bootFiles.names.includes(name)
      ? await findDirectory(name, bootFiles.directories)
      : httpRoot;
    if (directory === undefined) return reply.callNotFound();
    const found = await stat(join(directory, path)).catch(() => undefined);
    if (found?.isFile()) return sendFile(request, reply, directory, path);
    if (!found?.isDirectory()) return reply.callNotFound();
    // Relative links in a listing need the slash.
    if (!path.endsWith('/')) return reply.redirect(`${encodeURI(path)}/`, 301);
    return reply.type('text/html; charset=utf-8').send(await renderListing(join(directory, path)));
  });
}

/**
 * The path of a URL, decoded once; undefined for what is malformed, leaves the root, or names a file
 * or directory that begins with a dot.
 */
function findPath(url: string): string | undefined {
  try {
    const path = decodeURIComponent(url.split('?', 1)[0] ?? '');
    if (path.includes('\0') || path.includes('\\') || path.includes('/.')) return undefined;
    return normalize(path);
  } catch {
    return undefined;
  }
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  root: string,
  path: string,
): Promise<FastifyReply> {
  const { statusCode, headers, stream } = await send(request.raw, encodeURIComponent(path), {
    root,
    index: false,
    highWaterMark: readBytes,
  });
  return reply.code(statusCode).headers(headers).send(stream);
}

async function findDirectory(name: string, directories: readonly string[]) {
  for (const directory of directories) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found?.isFile()) return directory;
  }
  return undefined;
}
