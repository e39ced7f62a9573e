import { expect, test } from 'vitest';
import { createRandom, type Faults, transferOverLink } from './link.ts';

const faults: Record<string, Faults> = {
  'a clean link': { loss: 0, duplicate: 0, reorder: 0 },
  '1 % loss': { loss: 0.01, duplicate: 0, reorder: 0 },
  '10 % loss': { loss: 0.1, duplicate: 0, reorder: 0 },
  duplicates: { loss: 0, duplicate: 0.2, reorder: 0 },
  reordering: { loss: 0, duplicate: 0, reorder: 0.1 },
  'all of it': { loss: 0.05, duplicate: 0.05, reorder: 0.05 },
};

function bytesOf(sizeBytes: number, seed: number): Buffer {
  const random = createRandom(seed);
  return Buffer.from(Array.from({ length: sizeBytes }, () => Math.floor(random() * 256)));
}

test.each(Object.keys(faults))('every transfer ends right over %s', (name) => {
  const link = faults[name];
  if (!link) throw new Error(name);
  for (const windowsize of ['1', '2', '4', '16', '64']) {
    for (const sizeBytes of [0, 1, 511, 512, 513, 512 * 16, 20_000]) {
      for (let seed = 1; seed <= 8; seed += 1) {
        const content = bytesOf(sizeBytes, seed);
        const { transfer, received } = transferOverLink(content, { windowsize }, link, seed);
        const label = `windowsize ${windowsize}, ${sizeBytes} bytes, seed ${seed}`;
        expect(received?.equals(content), label).toBe(true);
        // The receiver may have left with its last ACK lost; it has everything all the same.
        if (transfer.end?.outcome !== 'done') {
          expect(transfer.end, label).toMatchObject({ reason: 'final-ack-missing' });
        }
      }
    }
  }
});

test('a receiver that repeats an ACK only once, and then waits for silence, gets its silence', () => {
  const manners = { timeoutMs: 5_000, repeatsAck: 'once' } as const;
  const loss = { loss: 0.08, duplicate: 0, reorder: 0 };
  for (const options of [{}, { windowsize: '4' }, { timeout: '1' }] as Record<string, string>[]) {
    for (let seed = 1; seed <= 40; seed += 1) {
      const content = bytesOf(20_000, seed);
      const { received } = transferOverLink(content, options, loss, seed, manners);
      expect(received?.equals(content), `${JSON.stringify(options)}, seed ${seed}`).toBe(true);
    }
  }
});

test.each(['1', '16', '64'])('block numbers roll over under loss, windowsize %s', (windowsize) => {
  const content = bytesOf(8 * 70_000 + 3, 7);
  const options = { blksize: '8', windowsize };
  const { transfer, received } = transferOverLink(
    content,
    options,
    { loss: 0.001, duplicate: 0.001, reorder: 0.001 },
    7,
  );
  expect(transfer.totalBlocks).toBe(70_001);
  expect(received?.equals(content)).toBe(true);
});

test('a duplicated ACK does not double the rest of the transfer', () => {
  const content = bytesOf(512 * 200, 3);
  const clean = transferOverLink(content, {}, { loss: 0, duplicate: 0, reorder: 0 }, 3);
  const noisy = transferOverLink(content, {}, { loss: 0, duplicate: 0.05, reorder: 0 }, 3);
  expect(noisy.datagrams).toBeLessThan(clean.datagrams * 1.15);
});
