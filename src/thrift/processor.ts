import { type PresetHandler, type PresetMessage, UnknownMessage } from './messages.ts';
import {
  InvalidMessageType,
  type MessageFields,
  type PresetProcessor,
  Processor,
  ResultStruct,
} from './preset.ts';

/** The compiler's dispatcher over a handler of ours. */
export function createProcessor(handler: PresetHandler): PresetProcessor {
  // The generated code counts the handlers' arguments: one less than it expects and it passes a callback.
  return new Processor({
    async ping() {
      return 'pong';
    },
    async handleMessage(message: MessageFields | null) {
      try {
        return new ResultStruct(await handler.handleMessage(toMessage(message)));
      } catch (error) {
        if (!(error instanceof UnknownMessage)) throw error;
        throw new InvalidMessageType({ whatType: error.type, why: 'unknown message type' });
      }
    },
  });
}

/** Any field may be missing: the generated code does not insist on those that are required. */
function toMessage(message: MessageFields | null): PresetMessage {
  const {
    version,
    type,
    body,
    host,
  }: { [Field in keyof MessageFields]: MessageFields[Field] | null } = message ?? {
    version: 0,
    type: 0,
    body: null,
  };
  return {
    version: version ?? 0,
    type: type ?? 0,
    body: body ?? Buffer.alloc(0),
    host: host ?? undefined,
  };
}
