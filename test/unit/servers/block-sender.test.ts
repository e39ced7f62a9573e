import { expect, test } from 'vitest';
import { createBlockSender } from '../../../src/servers/tftp/block-sender.ts';

const blksizeBytes = 4;
const bytes = Buffer.from('aaaabbbbccccdd');

test('a read that ends after its blocks were acknowledged sends nothing more of them', async () => {
  const sent: string[] = [];
  let finish = () => {};
  let isSlow = true;
  const content = {
    sizeBytes: bytes.length,
    read(offset: number, lengthBytes: number) {
      const region = bytes.subarray(offset, offset + lengthBytes);
      if (!isSlow) return region;
      isSlow = false;
      return new Promise<Buffer>((resolve) => {
        finish = () => resolve(region);
      });
    },
    close: async () => {},
  };
  const sender = createBlockSender(content, blksizeBytes, 2, (packet) =>
    sent.push(Buffer.from(packet).toString('latin1', 4)),
  );
  // Sent again while the disk is slow, and the client gets on by that.
  const slow = sender.send(1, 2);
  sender.send(1, 2);
  sender.send(2, 3);
  sender.send(3, 4);
  sent.length = 0;
  finish();
  await slow;
  sender.send(4, 4);
  expect(sent).toEqual(['dd']);
});

test('what is not acknowledged of a slow read is sent', async () => {
  const sent: string[] = [];
  const content = {
    sizeBytes: bytes.length,
    read: async (offset: number, lengthBytes: number) =>
      bytes.subarray(offset, offset + lengthBytes),
    close: async () => {},
  };
  const sender = createBlockSender(content, blksizeBytes, 2, (packet) =>
    sent.push(Buffer.from(packet).toString('latin1', 4)),
  );
  await Promise.all([sender.send(1, 2), sender.send(2, 3)]);
  expect(sent).toEqual(['bbbb', 'bbbb', 'cccc']);
});
