import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { CafebootError } from '../../errors.ts';
import { anybody } from '../../http/access.ts';

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
const yearSeconds = 31_536_000;
/** The highest costs a second for what is a tenth smaller. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

const encoders = {
  br: (content: Buffer) => promisify(brotliCompress)(content, brotliOptions),
  gzip: (content: Buffer) => promisify(gzip)(content, { level: 9 }),
};
type Encoding = keyof typeof encoders;

export type Assets = ReturnType<typeof createAssets>;

/**
 * The files of the console. Their URLs hold a hash of them all, so that a browser keeps what it has until the
 * program changes, and modules import each other by plain relative names.
 */
export function createAssets(files: ReadonlyMap<string, Buffer>) {
  const hash = createHash('sha256');
  for (const [name, content] of files) hash.update(name).update(content);
  const root = `/assets/${hash.digest('base64url').slice(0, 12)}`;
  const compressed = new Map<string, Promise<Buffer>>();

  function compress(name: string, content: Buffer, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${name}`;
    const made = compressed.get(key) ?? encoders[encoding](content);
    compressed.set(key, made);
    return made;
  }

  return {
    /** Where a browser finds it. Throws for a name that is none: a template names what is not there. */
    url(name: string): string {
      if (!files.has(name)) throw new Error(`no asset ${name}`);
      return `${root}/${name}`;
    },

    addRoutes(app: FastifyInstance): void {
      app.get<{ Params: { '*': string } }>(`${root}/*`, anybody, async (request, reply) => {
        const name = request.params['*'];
        const content = files.get(name);
        if (!content) throw new CafebootError('not_found', { kind: 'path', name: request.url });
        reply
          .type(types[extname(name)] ?? 'application/octet-stream')
          .header('cache-control', `public, max-age=${yearSeconds}, immutable`)
          .header('vary', 'accept-encoding');
        const accepted = String(request.headers['accept-encoding'] ?? '');
        const encoding = (['br', 'gzip'] as const).find((each) => accepted.includes(each));
        if (!encoding) return reply.send(content);
        reply.header('content-encoding', encoding);
        return reply.send(await compress(name, content, encoding));
      });
    },
  };
}
