import { Processor } from './gen/Preset.js';
import {
  InvalidMessageType,
  type Message,
  type MessageType,
  ResultStruct,
} from './gen/preset_types.js';
import { type PresetHandler, type PresetMessage, UnknownMessage } from './messages.ts';

/** The compiler's dispatcher over a handler of ours. */
export function createProcessor(handler: PresetHandler): Processor {
  // The generated code counts the handlers' arguments: one less than it expects and it passes a callback.
  return new Processor({
    async ping() {
      return 'pong';
    },
    async handleMessage(message: Message | null) {
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
function toMessage(message: Message | null): PresetMessage {
  const { version, type, body, host }: { [Field in keyof Message]: Message[Field] | null } =
    message ?? { version: 0, type: 0 as MessageType, body: null };
  return {
    version: version ?? 0,
    type: type ?? 0,
    body: body ?? Buffer.alloc(0),
    host: host ?? undefined,
  };
}
