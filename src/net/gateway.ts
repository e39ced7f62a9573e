import { readFile } from 'node:fs/promises';

const defaultRoute = '00000000';

/** The router that an interface's default route leads to; undefined where it has none. */
export async function findGateway(name: string): Promise<string | undefined> {
  const text = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return parseGateways(text).get(name);
}

/** Of `/proc/net/route`: addresses are in hexadecimal, the first octet last. */
export function parseGateways(text: string): Map<string, string> {
  const routes = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
  return new Map(
    routes
      .filter(
        ([, destination, gateway]) => destination === defaultRoute && gateway !== defaultRoute,
      )
      .map(([name = '', , gateway = '']) => [
        name,
        [...Buffer.from(gateway, 'hex')].reverse().join('.'),
      ]),
  );
}
