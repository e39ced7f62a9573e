import { expect, test } from 'vitest';
import { negotiate } from '../../../src/tftp/options.ts';
import { type Step, startTransfer, stepTransfer } from '../../../src/tftp/transfer.ts';

const policy = { retryTimeoutMs: 200, maxRetryTimeoutMs: 1_000, maxRetries: 3 };
const limits = { maxBlksizeBytes: 1468, maxWindowsize: 32, maxTimeoutSeconds: 10 };

const start = (sizeBytes: number, options: Record<string, string> = {}) =>
  startTransfer(
    negotiate(new Map(Object.entries(options)), sizeBytes, limits),
    sizeBytes,
    policy,
    0,
  );
const ack = ({ transfer }: Step, block: number, nowMs = 0) =>
  stepTransfer(transfer, { kind: 'ack', block, nowMs }, policy);
const tick = ({ transfer }: Step, nowMs: number) =>
  stepTransfer(transfer, { kind: 'tick', nowMs }, policy);
const error = ({ transfer }: Step, code: number) =>
  stepTransfer(transfer, { kind: 'error', code }, policy);
const blocks = (first: number, last: number) => ({ kind: 'blocks', first, last });

test('without options the first block goes out at once, and each ACK brings the next', () => {
  const first = start(1000);
  expect(first.send).toEqual(blocks(1, 1));
  const second = ack(first, 1);
  expect(second.send).toEqual(blocks(2, 2));
  expect(ack(second, 2).transfer.end).toEqual({ outcome: 'done' });
});

test.each([
  [0, 1],
  [511, 1],
  [512, 2],
  [1024, 3],
])('%i bytes are %i blocks of 512: the last one is always short', (sizeBytes, total) => {
  expect(start(sizeBytes).transfer.totalBlocks).toBe(total);
});

test('an OACK waits for ACK 0 and for nothing else', () => {
  const offered = start(10_000, { blksize: '1000', windowsize: '4' });
  expect(offered.send).toEqual({ kind: 'oack' });
  expect(ack(offered, 1)).toMatchObject({ send: { kind: 'none' }, ignored: 'ack-outside-window' });
  expect(ack(offered, 0).send).toEqual(blocks(1, 4));
});

test('an ACK inside the window restarts right behind it', () => {
  const sent = ack(start(10_000, { blksize: '1000', windowsize: '4' }), 0);
  const step = ack(sent, 2);
  expect(step.send).toEqual(blocks(3, 6));
  expect(step.transfer.retransmits).toBe(2);
});

test('duplicate and foreign ACKs change nothing', () => {
  const sent = ack(ack(start(10_000, { blksize: '1000', windowsize: '4' }), 0), 4);
  for (const [block, ignored] of [
    [4, 'duplicate-ack'],
    [0, 'ack-outside-window'],
    [9, 'ack-outside-window'],
    [65_535, 'ack-outside-window'],
  ] as const) {
    const step = ack(sent, block);
    expect(step).toMatchObject({ send: { kind: 'none' }, ignored });
    expect(step.transfer).toBe(sent.transfer);
  }
});

test('the block number rolls over to 0', () => {
  let step = start(512 * 65_537);
  for (let block = 1; block <= 65_535; block += 1) step = ack(step, block);
  expect(step.send).toEqual(blocks(65_536, 65_536));
  step = ack(step, 0);
  expect(step.send).toEqual(blocks(65_537, 65_537));
  step = ack(step, 1);
  expect(step.send).toEqual(blocks(65_538, 65_538));
  expect(ack(step, 2).transfer.end).toEqual({ outcome: 'done' });
});

test('a silent client gets the window again, later each time, and is given up', () => {
  let step: Step = start(5_000);
  expect(tick(step, 199).send).toEqual({ kind: 'none' });
  for (const dueMs of [200, 600, 1_400]) {
    expect(step.transfer.deadlineMs).toBe(dueMs);
    step = tick(step, dueMs);
    expect(step.send).toEqual(blocks(1, 1));
  }
  expect(step.transfer).toMatchObject({ retransmits: 3, deadlineMs: 2_400 });
  expect(tick(step, 2_400).transfer.end).toEqual({ outcome: 'timed-out', reason: 'no-ack' });
});

test('progress starts the waits anew', () => {
  const late = tick(start(5_000), 200);
  expect(ack(late, 1, 300).transfer).toMatchObject({ retries: 0, deadlineMs: 500 });
});

test('a client that has everything but says nothing more is told apart', () => {
  let step: Step = start(10);
  for (let retry = 0; retry < 4; retry += 1) step = tick(step, step.transfer.deadlineMs);
  expect(step.transfer.end).toEqual({ outcome: 'timed-out', reason: 'final-ack-missing' });
});

test("the client's own timeout is kept, and never made longer", () => {
  let step: Step = start(10, { timeout: '2' });
  expect(step.transfer.deadlineMs).toBe(2_000);
  step = tick(step, 2_000);
  expect(step.transfer.deadlineMs).toBe(4_000);
});

test('ERROR 8 after the OACK of a tsize request is a size probe, as EDK2 does it', () => {
  expect(error(start(10, { tsize: '0' }), 8).transfer.end).toEqual({
    outcome: 'aborted',
    reason: 'size-probe',
  });
});

test.each([
  ['without tsize', start(10, { blksize: '512' }), 8],
  ['in the middle', ack(start(1000, { tsize: '0' }), 0), 8],
  ['with another code', start(10, { tsize: '0' }), 3],
])('an ERROR %s is an abort', (_, step, code) => {
  expect(error(step, code)).toMatchObject({
    send: { kind: 'none' },
    transfer: { end: { outcome: 'aborted', reason: 'client-error' } },
  });
});

test('an ended transfer stays as it is', () => {
  const ended = ack(start(10), 1);
  expect(ack(ended, 1)).toMatchObject({ ignored: 'ended', send: { kind: 'none' } });
  expect(tick(ended, 1e9).transfer).toBe(ended.transfer);
});
