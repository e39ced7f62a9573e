/**
 * Sends hostile datagrams to ports 67 (broadcast) and 4011 of a server: captured messages with bytes
 * changed, cut short or lengthened, and pure noise. Arguments: server address, how many to each port,
 * seed. The same seed sends the same datagrams.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openUdp } from '../../src/net/udp.ts';
import { listCaptures, readClientMessages } from '../fixtures/pcap.ts';

const [server = '', count, seed] = process.argv.slice(2);
const originals = listCaptures()
  .flatMap(readClientMessages)
  .map(({ bytes }) => bytes);

/** Xorshift: a number below `limit`. */
let state = Number(seed) || 1;
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

function hostile(): Buffer {
  if (below(8) === 0) return Buffer.from(Array.from({ length: below(700) }, () => below(256)));
  const original = originals[below(originals.length)] ?? Buffer.of();
  const bytes = Buffer.concat([
    original,
    Buffer.alloc(below(4) === 0 ? below(900) : 0, below(256)),
  ]);
  for (let change = below(10); change > 0; change--) bytes[below(bytes.length)] = below(256);
  return bytes.subarray(0, below(4) === 0 ? below(bytes.length) : bytes.length);
}

const socket = await openUdp({
  address: '0.0.0.0',
  port: 68,
  broadcast: true,
  onMessage: () => {},
  onError(error) {
    throw error;
  },
});
for (let sent = 0; sent < Number(count); sent++) {
  socket.send(hostile(), 67, '255.255.255.255');
  socket.send(hostile(), 4011, server);
  // In bursts that the server's receive buffer holds, so that nearly all of it is really handled.
  if (sent % 64 === 0) await nextTurn();
}
await socket.close();
