/**
 * Floods a running appliance, as a process of its own: `node flood.ts '{"server":..., ...}'` sends as many
 * hostile datagrams to each of the ports 67, 4011 and 69 and prints a FloodResult as JSON.
 * After every burst each port is asked a real question, and the next burst waits for the answers: so
 * nothing is lost in socket buffers, and a server that hangs is noticed at once.
 */
import { createSocket, type Socket } from 'node:dgram';
import { opcodes } from '../../src/tftp/packet.ts';
import { listCaptures, readCapture, readClientMessages, sentFrom } from '../fixtures/pcap.ts';
import { createBelow, hostileDatagram, withForgedMac } from './hostile.ts';

export interface FloodOptions {
  server: string;
  /** Own addresses to send from, beside the wildcard; the first is what the wildcard sends from. */
  clients: readonly string[];
  /** An own address that nothing hostile comes from: the PC's that asks for files amid the flood. */
  asker: string;
  /** To each port. */
  count: number;
  seed: number;
}

export interface FloodResult {
  /** To all ports together, the questions included. */
  sent: number;
  /** Questions that had to be asked again. */
  repeated: number;
}

const options: FloodOptions = JSON.parse(process.argv[2] ?? '{}');
const { server, clients, count, seed } = options;
const below = createBelow(seed);
const broadcast = '255.255.255.255';

/** Less than the smallest receive buffer holds on an untuned kernel. */
const burst = 64;
const answerTimeoutMs = 500;
const maxQuestions = 20;

const captures = listCaptures();
const [pc = ''] = clients;
const dhcpOriginals = captures.flatMap(readClientMessages).map(({ bytes }) => sentFrom(pc, bytes));
const tftpOriginals = captures
  .flatMap(readCapture)
  .filter(({ destinationPort }) => destinationPort === 69)
  .map(({ bytes }) => bytes);

async function open(address: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    lookup: (hostname, _options, callback) => callback(null, hostname, 4),
  });
  await new Promise<void>((bound) => socket.bind(port, address, bound));
  socket.setBroadcast(true);
  return socket;
}

const firmware = { dhcp: await open('0.0.0.0', 68), pxe: await open('0.0.0.0', 4011) };
const asker = await open(options.asker, 0);
const senders = [firmware.dhcp, firmware.pxe];
for (const address of clients) {
  for (let each = 0; each < 4; each++) senders.push(await open(address, 0));
}
let sent = 0;
let repeated = 0;

function send(socket: Socket | undefined, bytes: Buffer, port: number, address: string): void {
  socket?.send(bytes, port, address);
  sent += 1;
}

const anySender = () => senders[below(senders.length)];

function hostileDhcp(): Buffer {
  const message = hostileDatagram(dhcpOriginals, below);
  return below(2) === 0 ? withForgedMac(Buffer.from(message), below) : message;
}

function sendBurst(size: number): void {
  for (let each = 0; each < size; each++) {
    send(anySender(), hostileDhcp(), 67, below(4) === 0 ? server : broadcast);
    send(below(2) === 0 ? firmware.pxe : anySender(), hostileDhcp(), 4011, server);
    send(anySender(), hostileDatagram(tftpOriginals, below), 69, server);
  }
}

function questionOf(frame: number): Buffer {
  const found = readClientMessages('uefi-pxe-dnsmasq-proxy').find((each) => each.frame === frame);
  if (!found) throw new Error(`no client message ${frame}`);
  return sentFrom(pc, found.bytes);
}

/** No hostile datagram begins like these, so an answer with this xid is the one asked for. */
let xid = 0xf0000000;
const discover = questionOf(1);
const request = questionOf(6);
const readRequest = Buffer.from('\0\x01no-such-file\0octet\0', 'latin1');

/** A real question to each port; resolves when all three have been answered. */
async function askAll(): Promise<void> {
  xid += 1;
  for (const message of [discover, request]) message.writeUInt32BE(xid, 4);
  const isOurs = (bytes: Buffer) => bytes.length > 8 && bytes.readUInt32BE(4) === xid;
  const isError = (bytes: Buffer) => bytes[1] === opcodes.ERROR;
  await Promise.all([
    ask(firmware.dhcp, isOurs, () => send(firmware.dhcp, discover, 67, broadcast)),
    ask(firmware.pxe, isOurs, () => send(firmware.pxe, request, 4011, server)),
    ask(asker, isError, () => send(asker, readRequest, 69, server)),
  ]);
}

function ask(socket: Socket, isAnswer: (bytes: Buffer) => boolean, question: () => void) {
  return new Promise<void>((resolve, reject) => {
    let asked = 1;
    const again = setInterval(() => {
      if (asked === maxQuestions) return reject(new Error('the server is silent'));
      asked += 1;
      repeated += 1;
      question();
    }, answerTimeoutMs);
    const take = (bytes: Buffer) => {
      if (!isAnswer(bytes)) return;
      clearInterval(again);
      socket.off('message', take);
      resolve();
    };
    socket.on('message', take);
    question();
  });
}

for (let left = count; left > 0; left -= burst) {
  sendBurst(Math.min(burst, left));
  await askAll();
}
const result: FloodResult = { sent, repeated };
console.log(JSON.stringify(result));
process.exit();
