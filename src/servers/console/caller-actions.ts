import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CafebootError, hasCode } from '../../errors.ts';
import { admin } from '../../http/access.ts';
import { typed } from '../../http/typed.ts';
import type { Services } from '../../service/services.ts';
import { findRefusedCallers, type RefusedCaller } from '../../service/thrift-refusals.ts';
import type { ConsoleKit } from './kit.ts';
import { callerForm } from './setting-forms.ts';

const refusedBackMs = 7 * 86_400_000;
const eventLimit = 1_000;

/** Who called the Thrift service in the last days and may not. */
export function readRefused({ timeline, settings }: Services, now: number): RefusedCaller[] {
  const since = now - refusedBackMs;
  const events = timeline.list({ since, kindPrefix: 'thrift.refused', limit: eventLimit });
  return findRefusedCallers(events, settings.get().thriftCallers);
}

/** Who may call the Thrift service, one address at a time. The answer is the list as it is then. */
export function addCallerActions(app: FastifyInstance, kit: ConsoleKit): void {
  const { services } = kit;
  const console = typed(app);

  function save(request: FastifyRequest, reply: FastifyReply, callers: string[], text: string) {
    services.setSetting('thriftCallers', callers);
    kit.toast(reply, 'success', text);
    return kit.fragment(request, reply, 'settings/callers.njk', {
      row: { key: 'thriftCallers', value: services.settings.get().thriftCallers },
      refused: readRefused(services, kit.now()),
    });
  }

  console.post(
    '/settings/callers/allow',
    { ...admin, schema: { body: callerForm } },
    async (request, reply) => {
      const address = request.body.address.trim();
      const { thriftCallers } = services.settings.get();
      request.auditTarget = address;
      const t = kit.translate(request);
      const text = t('settings:callers.allowed', { address });
      try {
        const callers = thriftCallers.filter((each) => each !== address);
        return save(request, reply, [...callers, address], text);
      } catch (error) {
        if (!hasCode(error, 'invalid_value')) throw error;
        // It is the one that was typed, not the last of a list.
        const { item: _, ...context } = error.context;
        throw new CafebootError('invalid_value', { ...context, value: address, field: 'address' });
      }
    },
  );

  console.post(
    '/settings/callers/remove',
    { ...admin, schema: { body: callerForm } },
    async (request, reply) => {
      const { address } = request.body;
      const { thriftCallers } = services.settings.get();
      request.auditTarget = address;
      const t = kit.translate(request);
      const text = t('settings:callers.removed', { address });
      return save(
        request,
        reply,
        thriftCallers.filter((each) => each !== address),
        text,
      );
    },
  );
}
