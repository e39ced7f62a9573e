/**
 * Sends hostile datagrams to ports 67 (broadcast) and 4011 of a server: captured messages with bytes
 * changed, cut short or lengthened, and pure noise. Arguments: server address, how many to each port,
 * seed, own address. The same seed sends the same datagrams.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openUdp } from '../../src/net/udp.ts';
import { listCaptures, readClientMessages, sentFrom } from '../fixtures/pcap.ts';
import { createBelow, hostileDatagram } from '../fuzz/hostile.ts';

const [server = '', count, seed, own = ''] = process.argv.slice(2);
const originals = listCaptures()
  .flatMap(readClientMessages)
  .map(({ bytes }) => sentFrom(own, bytes));

const below = createBelow(Number(seed));
const hostile = () => hostileDatagram(originals, below);

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
