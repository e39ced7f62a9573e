import { chmod, rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';

/**
 * Lets the API listen on a unix socket that only its owner can open. A socket file left by a crash is
 * replaced: whoever holds the data directory's database is the only server here.
 */
export async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  await rm(path, { force: true });
  await app.listen({ path });
  await chmod(path, 0o600);
}
