import { beforeEach, describe, expect, test } from 'vitest';
import { createLoginGuard, type LoginGuard } from '../../../src/service/login-guard.ts';

const minuteMs = 60_000;
const desk = '10.0.0.2';

describe('guessing passwords', () => {
  let now = 0;
  let guard: LoginGuard;
  beforeEach(() => {
    now = 1_000_000;
    guard = createLoginGuard({ now: () => now });
  });

  const fail = (user: string, address: string, times: number) => {
    for (let tries = 0; tries < times; tries++) guard.failed(user, address);
  };
  const isLocked = (user: string, address: string) => {
    try {
      guard.check(user, address);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'login_locked' });
      return true;
    }
  };

  test('five wrong ones of a user from an address shut out those two, and for 15 minutes', () => {
    fail('admin', '10.0.0.50', 4);
    expect(isLocked('admin', '10.0.0.50')).toBe(false);
    fail('ADMIN', '10.0.0.50', 1);
    expect(isLocked('admin', '10.0.0.50')).toBe(true);
    expect(isLocked('admin', desk)).toBe(false);
    expect(isLocked('other', '10.0.0.50')).toBe(false);
    now += 14 * minuteMs;
    expect(() => guard.check('admin', '10.0.0.50')).toThrow(
      expect.objectContaining({ context: { minutes: 1 } }),
    );
    now += minuteMs;
    expect(isLocked('admin', '10.0.0.50')).toBe(false);
  });

  test('guesses at once are no more than guesses one after another', () => {
    const codeOf = () => {
      try {
        guard.check('admin', '10.0.0.50');
        return 'ok';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const burst = Array.from({ length: 21 }, codeOf);
    expect(burst.filter((told) => told === 'ok')).toHaveLength(5);
    expect(burst.at(-1)).toBe('busy');
    guard.succeeded('admin', '10.0.0.50');
    expect([codeOf(), codeOf()]).toEqual(['ok', 'busy']);
    fail('admin', '10.0.0.50', 5);
    expect(codeOf()).toBe('login_locked');
  });

  test('a try of which nothing more is heard counts no longer than it can take', () => {
    for (let tries = 0; tries < 5; tries++) guard.check('admin', desk);
    expect(() => guard.check('admin', desk)).toThrow(/busy/);
    now += minuteMs / 2;
    expect(isLocked('admin', desk)).toBe(false);
  });

  test('an address that tries many names is shut out whoever it says it is', () => {
    for (let index = 0; index < 20; index++) guard.failed(`user-${index}`, '10.0.0.50');
    expect(isLocked('never-tried', '10.0.0.50')).toBe(true);
    expect(isLocked('never-tried', desk)).toBe(false);
  });

  test('guesses from everywhere shut a user out, but not from where they have logged in', () => {
    guard.succeeded('admin', desk);
    for (let index = 0; index < 60; index++) guard.failed('admin', `10.0.1.${index}`);
    expect(isLocked('admin', '10.0.0.99')).toBe(true);
    expect(isLocked('admin', desk)).toBe(false);
  });

  test('the right password takes back the wrong ones before it', () => {
    fail('admin', desk, 4);
    guard.succeeded('admin', desk);
    fail('admin', desk, 4);
    expect(isLocked('admin', desk)).toBe(false);
  });

  test('forged names do not make it grow: it still knows the guesses of late', () => {
    for (let index = 0; index < 20_000; index++) guard.failed(`name-${index}`, `10.1.${index}`);
    fail('admin', '10.0.0.50', 5);
    expect(isLocked('admin', '10.0.0.50')).toBe(true);
  });
});
