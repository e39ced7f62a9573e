import { request } from 'node:http';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { CafebootError, type ErrorCode, type ErrorContext } from '../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to `/api/v1<path>`; the answer's JSON, or the server's error with its code and context. */
export type ApiCall = (method: Method, path: string, body?: unknown) => Promise<unknown>;

/** Whether a server listens on this unix socket; a file left by a crash does not count. */
export function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The path of one noun by its name, whatever characters that has. */
export const pathTo = (...parts: string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('');

/** Talks to the server that listens on this socket. Throws `server_not_running` where none does. */
export function socketApi(socketPath: string): ApiCall {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          socketPath,
          method,
          path: `/api/v1${path}`,
          ...(body !== undefined && { headers: { 'content-type': 'application/json' } }),
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => {
            try {
              resolve(parseAnswer(response.statusCode ?? 0, text));
            } catch (error) {
              reject(error);
            }
          });
          response.on('error', reject);
        },
      );
      call.on('error', (error) => reject(connectError(error, socketPath)));
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

/** The same over an app of this process. */
export function injectedApi(app: FastifyInstance): ApiCall {
  return async (method, path, body) => {
    const payload = body === undefined ? {} : { payload: body as object };
    const response = await app.inject({ method, url: `/api/v1${path}`, ...payload });
    return parseAnswer(response.statusCode, response.payload);
  };
}

/** Calls `onEvent` with each server-sent event's data until `signal` aborts or the server ends. */
export function followEvents(
  socketPath: string,
  path: string,
  onEvent: (data: string) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: `/api/v1${path}` }, (response) => {
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.startsWith('data: ')) onEvent(line.slice(6));
      });
      response.on('end', () => resolve());
      response.on('error', () => resolve());
    });
    call.on('error', (error) => reject(connectError(error, socketPath)));
    call.end();
  });
}

/** The answer's JSON. Throws the server's own error, with its code and context, for a status from 400 on. */
export function parseAnswer(status: number, text: string): unknown {
  const body: unknown = text === '' ? null : JSON.parse(text);
  if (status < 400) return body;
  const { code = 'internal', context = {} } = body as { code?: ErrorCode; context?: ErrorContext };
  throw new CafebootError(code, context);
}

function connectError(error: NodeJS.ErrnoException, socketPath: string): Error {
  if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') return error;
  return new CafebootError('server_not_running', { path: socketPath }, { cause: error });
}
