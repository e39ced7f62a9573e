import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createBackground } from '../../../src/service/background.ts';
import { createPresences } from '../../../src/service/presence.ts';
import { createSerialise } from '../../../src/service/serialise.ts';

const later = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('serialise', () => {
  test('one key in order, also after a failure; keys side by side', async () => {
    const serialise = createSerialise();
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await later();
      log.push(`${name} ends`);
      if (name === 'a1') throw new Error('a1 fails');
    };
    const failing = serialise('a', work('a1'));
    const [, second] = [serialise('b', work('b1')), serialise('a', work('a2'))];
    await expect(failing).rejects.toThrow('a1 fails');
    await second;
    expect(log.indexOf('b1 begins')).toBeLessThan(log.indexOf('a1 ends'));
    expect(log.indexOf('a2 begins')).toBeGreaterThan(log.indexOf('a1 ends'));
  });
});

describe('background', () => {
  test('what is asked for while it runs is done once more, not once each', async () => {
    const background = createBackground(pino({ level: 'silent' }));
    let runs = 0;
    const work = async () => {
      runs++;
      await later();
    };
    for (let index = 0; index < 10; index++) background.start('same', work);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(runs).toBe(2);
    await background.close();
    background.start('same', work);
    expect(runs).toBe(2);
  });
});

describe('presence', () => {
  test('ties MAC and address both ways; a new address forgets the old one', () => {
    const presences = createPresences(() => 0);
    presences.sawAddress('aa', '10.0.0.1');
    presences.sawAddress('aa', '10.0.0.2');
    expect(presences.addressOf('aa')).toBe('10.0.0.2');
    expect(presences.findMacAt('10.0.0.1')).toBeUndefined();
    expect(presences.findMacAt('10.0.0.2')).toBe('aa');
  });

  test('an address that went to another PC is not taken from it', () => {
    const presences = createPresences(() => 0);
    presences.sawAddress('aa', '10.0.0.1');
    presences.sawAddress('bb', '10.0.0.1');
    presences.sawAddress('aa', '10.0.0.2');
    expect(presences.findMacAt('10.0.0.1')).toBe('bb');
  });

  test('a fetched binary and re-chaining are forgotten after two minutes', () => {
    let now = 0;
    const presences = createPresences(() => now);
    presences.fetchedBinary('aa');
    presences.toldToRechain('aa');
    expect([presences.hasFreshBinary('aa'), presences.rechainCount('aa')]).toEqual([true, 1]);
    now = 121_000;
    expect([presences.hasFreshBinary('aa'), presences.rechainCount('aa')]).toEqual([false, 0]);
  });

  test('a flood of forged MACs pushes out the longest unseen, and memory stays bounded', () => {
    const presences = createPresences(() => 0);
    for (let index = 0; index < 20_000; index++) {
      presences.sawAddress('regular', '10.0.0.9');
      presences.sawAddress(`forged-${index}`, `10.${index >> 8}.${index & 255}.1`);
    }
    expect(presences.addressOf('regular')).toBe('10.0.0.9');
    expect(presences.addressOf('forged-0')).toBeUndefined();
    expect(presences.findMacAt('10.0.0.1')).toBeUndefined();
  });
});
