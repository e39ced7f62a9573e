/**
 * Plays a PC: sends one captured message and prints each reply as a JSON line {address, port, hex}.
 * Arguments: capture, frame, destination address, how long to listen in milliseconds, the PC's address
 * here, which stands in a message that had one. The ports are those of the capture.
 */
import { openUdp } from '../../src/net/udp.ts';
import { readClientMessages, sentFrom } from '../fixtures/pcap.ts';

const [capture = '', frame, destination = '', listenMs, own = ''] = process.argv.slice(2);
const message = readClientMessages(capture).find((each) => each.frame === Number(frame));
if (!message) throw new Error(`${capture} has no client message ${frame}`);

const socket = await openUdp({
  address: '0.0.0.0',
  port: message.sourcePort,
  broadcast: true,
  onMessage: ({ address, port, bytes }) =>
    console.log(JSON.stringify({ address, port, hex: bytes.toString('hex') })),
  onError(error) {
    throw error;
  },
});
socket.send(sentFrom(own, message.bytes), message.destinationPort, destination);
setTimeout(() => socket.close(), Number(listenMs));
