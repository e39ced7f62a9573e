import { beforeEach, expect, test } from 'vitest';
import { createOneTimeCode, type OneTimeCode } from '../../../src/service/one-time-code.ts';

let now: number;
let told: string[];
let codes: OneTimeCode;

beforeEach(() => {
  now = 1_000_000;
  told = [];
  let last = 41;
  codes = createOneTimeCode({
    now: () => now,
    onNew: (code) => told.push(code),
    random: () => ++last,
  });
});

const tryCode = (code: string, source = '10.77.0.5') => {
  try {
    codes.check(code, source);
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('one code for a quarter of an hour, told to the log when it is new', () => {
  expect(codes.get()).toEqual({ code: '00000042', expiresAt: now + 900_000 });
  now += 899_999;
  expect(codes.get().code).toBe('00000042');
  expect(tryCode(' 00000042 ')).toBe('ok');
  now += 1;
  expect(tryCode('00000042')).toBe('wrong_code');
  expect(told).toEqual(['00000042', '00000043']);
});

test('a source that guesses is stopped, also with the right code, until the next one; others are not', () => {
  for (let guess = 0; guess < 5; guess++) expect(tryCode(`${guess}`)).toBe('wrong_code');
  expect(tryCode(codes.get().code)).toBe('too_many_tries');
  expect(tryCode(codes.get().code, '10.77.0.6')).toBe('ok');
  now += 900_000;
  expect(tryCode(codes.get().code)).toBe('ok');
});

test('many sources that guess are held up together; the code stays, and staff wait seconds', () => {
  const { code } = codes.get();
  const guess = () => Array.from({ length: 200 }, (_, index) => tryCode('no', `10.77.1.${index}`));
  expect(guess().filter((told) => told === 'wrong_code')).toHaveLength(100);
  expect(tryCode(code)).toBe('busy');
  now += 3_000;
  expect(codes.get().code).toBe(code);
  expect(tryCode(code)).toBe('ok');
  expect(guess().filter((told) => told === 'wrong_code')).toHaveLength(1);
  now += 900_000;
  expect(guess().filter((told) => told === 'wrong_code')).toHaveLength(100);
});

test('used once, it is worth nothing', () => {
  const { code } = codes.get();
  codes.use(code, '10.77.0.5');
  expect(() => codes.use(code, '10.77.0.5')).toThrow(/wrong_code/);
});

test('by default it is unpredictable and has eight digits', () => {
  const make = () => createOneTimeCode({ now: () => now, onNew: () => {} }).get().code;
  const made = new Set(Array.from({ length: 50 }, make));
  expect(made.size).toBeGreaterThan(45);
  for (const code of made) expect(code).toMatch(/^\d{8}$/);
});
