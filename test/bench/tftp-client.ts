import { createSocket } from 'node:dgram';
import { decodePacket } from '../../src/tftp/decode.ts';
import { encodePacket } from '../../src/tftp/encode.ts';
import { dataHeaderBytes, opcodes } from '../../src/tftp/packet.ts';

/** One read, as a client asks for it. */
export interface Download {
  address: string;
  port: number;
  file: string;
  blksizeBytes: number;
  windowsize: number;
  /** Silence after which the last packet is sent again, and how often before giving up. */
  timeoutMs: number;
  maxRetries: number;
}

/**
 * Reads a file into `target` and resolves with its size; rejects when the server says ERROR or stays
 * silent. It does what RFC 1350 and RFC 7440 ask of a receiver and no more, because it shares the
 * machine with the server that it measures: it stores the blocks and acknowledges them.
 */
export function download(what: Download, target: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', lookup: literal, recvBufferSize: 1024 * 1024 });
    const ack = Buffer.from([0, opcodes.ACK, 0, 0]);
    let blksizeBytes = 512;
    let windowsize = 1;
    let received = 0;
    let unacknowledged = 0;
    let gapReported = -1;
    let serverPort = what.port;
    let retries = 0;
    let lastHeardMs = performance.now();
    let last: Buffer = encodePacket({
      kind: 'RRQ',
      filename: what.file,
      mode: 'octet',
      options: new Map([
        ['blksize', String(what.blksizeBytes)],
        ['windowsize', String(what.windowsize)],
      ]),
    });

    const settle = (settled: () => void) => {
      clearInterval(timer);
      socket.close(settled);
    };
    const fail = (why: string) => settle(() => reject(new Error(`${what.file}: ${why}`)));
    const acknowledge = () => {
      ack.writeUInt16BE(received & 0xffff, 2);
      last = ack;
      unacknowledged = 0;
      socket.send(ack, serverPort, what.address);
    };
    const takeData = (bytes: Buffer) => {
      const ahead = (bytes.readUInt16BE(2) - received) & 0xffff;
      if (ahead !== 1) {
        // The server has not seen our ACK, or a block is missing: say once where we are (RFC 7440).
        if (ahead === 0 || gapReported !== received) acknowledge();
        if (ahead !== 0) gapReported = received;
        return;
      }
      bytes.copy(target, received * blksizeBytes, dataHeaderBytes);
      received += 1;
      unacknowledged += 1;
      const size = bytes.length - dataHeaderBytes;
      if (size < blksizeBytes) {
        acknowledge();
        settle(() => resolve((received - 1) * blksizeBytes + size));
      } else if (unacknowledged >= windowsize) acknowledge();
    };
    const takeOther = (bytes: Buffer) => {
      const packet = decodePacket(bytes);
      if (packet.kind === 'ERROR') return fail(`ERROR ${packet.code} ${packet.message}`);
      if (packet.kind !== 'OACK' || received > 0) return;
      blksizeBytes = Number(packet.options.get('blksize') ?? 512);
      windowsize = Number(packet.options.get('windowsize') ?? 1);
      acknowledge();
    };

    socket.on('message', (bytes, { port }) => {
      if (serverPort === what.port) serverPort = port;
      else if (port !== serverPort) return;
      lastHeardMs = performance.now();
      retries = 0;
      if (bytes[1] === opcodes.DATA) takeData(bytes);
      else takeOther(bytes);
    });
    socket.on('error', (error) => fail(error.message));
    const timer = setInterval(() => {
      if (performance.now() - lastHeardMs < what.timeoutMs) return;
      lastHeardMs = performance.now();
      retries += 1;
      if (retries > what.maxRetries) fail('the server is silent');
      else socket.send(last, serverPort, what.address);
    }, what.timeoutMs / 4);
    socket.send(last, serverPort, what.address);
  });
}

/** Addresses here are literal: skip the resolver. */
function literal(
  hostname: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void {
  callback(null, hostname, 4);
}
