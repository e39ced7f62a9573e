import { stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join, normalize } from 'node:path';
import send from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { renderListing } from './listing.ts';
import type { BootHttpDeps } from './server.ts';
import { createTransmit, type Transmit } from './transmit.ts';

/**
 * Files below the HTTP root: HEAD, ranges, ETag, and listings of directories. No dotfiles. A symbolic
 * link is followed, since only the administrator can put one there, say to a disk full of ISO images.
 */
export function addFiles(app: FastifyInstance, deps: BootHttpDeps): void {
  const { httpRoot, bootFiles, boots } = deps;
  const transmit = createTransmit((bytes) => deps.counters.add('http.bytes', bytes));

  app.get('/*', async (request, reply) => {
    const path = findPath(request.url);
    if (path === undefined) return reply.callNotFound();
    const name = path.slice(1);
    const isBootFile = bootFiles.names.includes(name);
    const directory = isBootFile ? await findDirectory(name, bootFiles.directories) : httpRoot;
    if (directory === undefined) return reply.callNotFound();
    const found = await stat(join(directory, path)).catch(() => undefined);
    if (found?.isFile() && isBootFile && request.method === 'GET') {
      await boots.fetchesBootFile(request.ip, name);
    }
    if (found?.isFile()) return sendFile(request, reply, { root: directory, path, transmit });
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

/**
 * Asked as if for HEAD, the library works out conditions, ranges and headers and opens nothing: the
 * bytes are ours to send.
 */
async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { root, path, transmit }: { root: string; path: string; transmit: Transmit },
): Promise<FastifyReply> {
  const head: IncomingMessage = Object.create(request.raw, { method: { value: 'HEAD' } });
  const found = await send(head, encodeURIComponent(path), { root, index: false });
  const { statusCode, headers, stream } = found;
  const hasBody = found.type === 'file' && statusCode !== 304 && request.method !== 'HEAD';
  if (!hasBody) return reply.code(statusCode).headers(headers).send(stream);

  const start = Number(/^bytes (\d+)-/.exec(headers['Content-Range'] ?? '')?.[1] ?? 0);
  const lengthBytes = Number(headers['Content-Length']);
  reply.hijack();
  reply.raw.writeHead(statusCode, headers);
  // A PC that is switched off in the middle is nothing to tell anybody.
  await transmit({ path: found.metadata.path, start, lengthBytes }, reply.raw).catch((error) =>
    request.log.debug({ err: error, path }, 'file not sent to its end'),
  );
  return reply;
}

async function findDirectory(name: string, directories: readonly string[]) {
  for (const directory of directories) {
    const found = await stat(join(directory, name)).catch(() => undefined);
    if (found?.isFile()) return directory;
  }
  return undefined;
}
