import { TBinaryProtocol } from 'thrift';
import { CafebootError } from '../errors.ts';
import { createReceiver, OutputTransport } from './transports.ts';

/** A class that the Thrift compiler made of a struct. */
interface Struct {
  read(input: TBinaryProtocol): void;
  write(output: TBinaryProtocol): void;
}

/** The types of generated classes leave out that they can be read and written. */
const asStruct = (value: object) => value as Struct;

/** The bytes of a struct, as a message's body carries them. */
export function encodeStruct(struct: object): Buffer {
  let bytes: Buffer = Buffer.alloc(0);
  const transport = new OutputTransport(undefined, (written) => {
    bytes = written;
  });
  asStruct(struct).write(new TBinaryProtocol(transport));
  transport.flush();
  return bytes;
}

/** The struct in a body. Throws `invalid_value` where the bytes are none, or where a required field is missing. */
export function decodeStruct<Decoded extends object>(
  type: new () => Decoded,
  bytes: Uint8Array,
  required: readonly (keyof Decoded & string)[],
): Decoded {
  const struct = new type();
  try {
    const read = createReceiver(
      (reader) => asStruct(struct).read(new TBinaryProtocol(reader)),
      0,
      bytes.length,
    );
    read(Buffer.from(bytes));
  } catch (error) {
    throw new CafebootError(
      'invalid_value',
      { field: 'body', value: type.name, reason: 'not well formed' },
      { cause: error },
    );
  }
  // The generated code takes a missing field for null, whatever its type says.
  const missing = required.find((field) => (struct[field] as unknown) === null);
  if (missing === undefined) return struct;
  throw new CafebootError('invalid_value', { field: missing, value: '', reason: 'missing' });
}
