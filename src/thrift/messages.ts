/** One message of the service `Preset`, apart from the generated classes. */
export interface PresetMessage {
  version: number;
  type: number;
  /** A serialised struct, or empty. */
  body: Buffer;
  /** A PC's name. */
  host?: string | undefined;
}

export interface PresetResult {
  code: number;
  /** Text, or where the message's type has an answer, a serialised struct. */
  message: Buffer;
}

/** What answers at the service. A rejection that is no `UnknownMessage` reaches the caller as an exception. */
export interface PresetHandler {
  handleMessage(message: PresetMessage): Promise<PresetResult>;
}

/** Reaches the caller as the service's own exception, `InvalidMessageType`. */
export class UnknownMessage extends Error {
  readonly type: number;

  constructor(type: number) {
    super(`unknown message type ${type}`);
    this.name = 'UnknownMessage';
    this.type = type;
  }
}

/** `Message.version` of the known clients, and ours. */
export const messageVersion = 0x01000001;

/** A result of this code whose message is a text, or bytes that go as they are. */
export const toResult = (code: number, message: string | Buffer): PresetResult => ({
  code,
  message: Buffer.from(message as string),
});
