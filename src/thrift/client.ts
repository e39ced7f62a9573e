import { connect, type Socket } from 'node:net';
import { TBinaryProtocol, type Thrift } from 'thrift';
import { CafebootError } from '../errors.ts';
import { type PresetMessage, type PresetResult, UnknownMessage } from './messages.ts';
import { Client, InvalidMessageType, Message, type PresetClient } from './preset.ts';
import { createReceiver, isIncomplete, OutputTransport, type Reader } from './transports.ts';

export interface CallOptions {
  address: string;
  port: number;
  /** Whether it is the right one that listens there; asked once there is a connection. */
  isIt: () => Promise<boolean>;
  connectTimeoutMs?: number;
  /** From the connection to the whole answer. */
  answerTimeoutMs?: number;
}

/** A caller is promised to hear within three seconds that nobody is there. */
const defaultConnectMs = 2_500;
const defaultAnswerMs = 10_000;
const answerLimitBytes = 1024 * 1024;

/** What the generated types leave out. */
interface Answers {
  _reqs: Record<number, unknown>;
  recv_handleMessage(input: TBinaryProtocol, type: Thrift.MessageType, seqid: number): void;
}

/**
 * One call of `handleMessage` at an address, on a connection of its own. Throws `agent_unreachable` where
 * nobody listens, `agent_elsewhere` where another one does, `agent_timeout`, and `agent_failed` for anything that is no answer.
 */
export async function callPreset(
  message: PresetMessage,
  { address, port, isIt, ...timeouts }: CallOptions,
): Promise<PresetResult> {
  const { connectTimeoutMs = defaultConnectMs, answerTimeoutMs = defaultAnswerMs } = timeouts;
  const socket = connect({ host: address, port, noDelay: true });
  try {
    await within(connectTimeoutMs, connected(socket), 'agent_unreachable', address);
    if (!(await isIt())) throw new CafebootError('agent_elsewhere', { address });
    return await within(answerTimeoutMs, ask(socket, message), 'agent_timeout', address);
  } catch (error) {
    if (error instanceof CafebootError) throw error;
    const reason = error instanceof UnknownMessage ? error.message : String(error);
    throw new CafebootError('agent_failed', { address, reason }, { cause: error });
  } finally {
    socket.destroy();
  }

  function connected(to: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      to.once('connect', resolve);
      to.on('error', (error) =>
        reject(new CafebootError('agent_unreachable', { address }, { cause: error })),
      );
    });
  }
}

async function within<Result>(
  timeoutMs: number,
  work: Promise<Result>,
  code: 'agent_unreachable' | 'agent_timeout',
  address: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CafebootError(code, { address })), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function ask(socket: Socket, { version, type, body, host }: PresetMessage): Promise<PresetResult> {
  const output = new OutputTransport(undefined, (bytes) => void socket.write(bytes));
  const client = new Client(output, TBinaryProtocol);
  return new Promise((resolve, reject) => {
    const receive = createReceiver((reader) => read(client, reader), 0, answerLimitBytes);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
    socket.on('data', (chunk: Buffer) => {
      try {
        receive(chunk);
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    const fields = { version, type, body, ...(host !== undefined && { host }) };
    client.handleMessage(new Message(fields)).then(resolve, (error: unknown) => {
      reject(error instanceof InvalidMessageType ? new UnknownMessage(error.whatType) : error);
    });
  });
}

/** Settles the client's promise once the answer is complete. */
function read(client: PresetClient, reader: Reader): void {
  const answers = client as unknown as Answers;
  // The generated code forgets who waits before it finds that the rest of the answer has not come yet.
  const waiting = { ...answers._reqs };
  try {
    const input = new TBinaryProtocol(reader, true, true);
    const { fname, mtype, rseqid } = input.readMessageBegin();
    if (fname !== 'handleMessage') throw new Error('an answer to something else');
    answers.recv_handleMessage(input, mtype, rseqid);
    reader.commitPosition();
  } catch (error) {
    if (!isIncomplete(error)) throw error;
    answers._reqs = waiting;
    reader.rollbackPosition();
  }
}
