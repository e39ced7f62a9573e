import type { Logger } from 'pino';
import type { CafebootError } from '../../errors.ts';
import type { Services } from '../../service/services.ts';
import { type ListenerLimits, type PresetTls, startPresetListener } from '../../thrift/listener.ts';
import { createCallers } from './callers.ts';
import { createMessageHandler } from './messages.ts';

export interface ThriftServerDeps {
  services: Services;
  describeError: (error: CafebootError) => string;
  log: Logger;
  address: string;
  /** A port of 0 is closed. */
  port: number;
  /** The same service for callers with a certificate of ours, on a port of its own. */
  tls: (PresetTls & { port: number }) | undefined;
  now: () => number;
  limits?: Partial<ListenerLimits>;
}

/** The service that dbc calls. Throws as `startPresetListener`. */
export async function startThriftServer(deps: ThriftServerDeps) {
  const { services, address, port, tls, log, limits } = deps;
  const callers = createCallers({
    listed: () => services.settings.get().thriftCallers,
    onRefused(caller) {
      log.warn({ address: caller }, 'caller refused');
      services.timeline.record({
        kind: 'thrift.refused',
        level: 'warn',
        data: { address: caller },
      });
    },
    now: deps.now,
  });
  const common = {
    address,
    handler: createMessageHandler(services, deps.describeError),
    isAllowed: callers.isAllowed,
    onRefused(caller: string) {
      services.counters.add('thrift.refused');
      callers.refused(caller);
    },
    ...(limits && { limits }),
  };
  const plain = port > 0 ? await startPresetListener({ ...common, port }) : undefined;
  try {
    const secure = tls && (await startPresetListener({ ...common, tls, port: tls.port }));
    return {
      async close(): Promise<void> {
        await Promise.all([plain?.close(), secure?.close()]);
      },
    };
  } catch (error) {
    await plain?.close();
    throw error;
  }
}
