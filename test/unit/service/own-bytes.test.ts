import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCafe, type FakeServices } from '../../fakes/services.ts';

describe('what versions have for themselves', () => {
  let fake: FakeServices;
  let measured: number;
  let measure: () => Promise<number>;
  const own = async () => (await fake.services.imageUsage('win')).map(({ ownBytes }) => ownBytes);

  beforeEach(async () => {
    fake = await createFakeCafe();
    measured = 0;
    measure = async () => 512;
    fake.volumes.store.ownBytes = async (names) => {
      measured += 1;
      const bytes = await measure();
      return new Map(names.map((name) => [name, bytes]));
    };
  });
  afterEach(async () => {
    await fake.services.close();
    await fake.volumes.cleanUp();
  });

  test('is measured once a minute, whoever asks, and anew where there is another version', async () => {
    expect(await Promise.all([own(), own()])).toEqual([[512], [512]]);
    fake.clock.now += 59_000;
    await own();
    expect(measured).toBe(1);
    await fake.services.imageChanges.grow('win', 4096);
    expect(await own()).toEqual([512, 512]);
    expect(measured).toBe(2);
    fake.clock.now += 61_000;
    await own();
    expect(measured).toBe(3);
  });

  test('keeps nobody waiting for long, and is there for who asks later', async () => {
    const slow = Promise.withResolvers<number>();
    measure = () => slow.promise;
    expect(await own()).toEqual([null]);
    fake.clock.now += 10_000;
    slow.resolve(1024);
    await expect.poll(own).toEqual([1024]);
    // It took ten seconds: it is not measured again for two hundred.
    fake.clock.now += 199_000;
    await own();
    expect(measured).toBe(1);
    fake.clock.now += 2_000;
    await own();
    expect(measured).toBe(2);
  });

  test('is not known where it cannot be measured; the rest is told', async () => {
    measure = () => Promise.reject(new Error('no such program'));
    expect(await fake.services.imageUsage('win')).toMatchObject([
      { number: 1, usedBytes: 1024, ownBytes: null },
    ]);
    await own();
    expect(measured).toBe(1);
  });
});
