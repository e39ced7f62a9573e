import type { FastifyInstance } from 'fastify';
import { tcpListenError } from '../net/tcp.ts';

/** Lets an app listen; the port it has then. Throws `port_in_use` or `address_missing`. */
export async function listen(
  app: FastifyInstance,
  { address, port }: { address: string; port: number },
): Promise<number> {
  try {
    await app.listen({ host: address, port });
  } catch (error) {
    throw tcpListenError(error as NodeJS.ErrnoException, { address, port });
  }
  const bound = app.server.address();
  return typeof bound === 'object' && bound ? bound.port : port;
}
