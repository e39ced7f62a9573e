import { type ApiCall, parseAnswer } from '../../../src/cli/client.ts';
import { CafebootError } from '../../../src/errors.ts';
import type { AgentLink } from './agent-link.ts';

const timeoutMs = 5 * 60_000;

/** The API behind a unix socket in the guest, called by the agent: a CLI command costs seconds there. */
export function agentApi(link: AgentLink, socketPath: string): ApiCall {
  return async (method, path, body) => {
    const done = Promise.withResolvers<{ status: number; body: string }>();
    const timer = setTimeout(() => done.reject(new Error(`no answer to ${path}`)), timeoutMs);
    const talk = link.open({
      onGone: done.reject,
      onAnswer(answer) {
        if ('status' in answer) done.resolve(answer);
        else if ('failed' in answer) done.reject(connectError(answer, socketPath));
      },
    });
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    talk.send({ http: { socketPath, method, path: `/api/v1${path}`, ...text } });
    try {
      const answer = await done.promise;
      return parseAnswer(answer.status, answer.body);
    } finally {
      clearTimeout(timer);
    }
  };
}

function connectError(answer: { failed: string; message: string }, path: string): Error {
  const { failed, message } = answer;
  if (failed === 'ENOENT' || failed === 'ECONNREFUSED') {
    return new CafebootError('server_not_running', { path });
  }
  return new Error(`${path}: ${message}`);
}
