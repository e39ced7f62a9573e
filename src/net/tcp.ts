import { CafebootError } from '../errors.ts';

/** Why a TCP server cannot listen there: `port_in_use`, `address_missing`, or the error itself. */
export function tcpListenError(
  error: NodeJS.ErrnoException,
  where: { address: string; port: number },
): Error {
  const context = { ...where, protocol: 'tcp' };
  if (error.code === 'EADDRINUSE') {
    return new CafebootError('port_in_use', context, { cause: error });
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return new CafebootError('address_missing', context, { cause: error });
  }
  return error;
}
