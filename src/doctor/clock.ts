import type { Check, Finding } from './check.ts';

/** No server of ours ever ran before. */
const earliest = Date.UTC(2026, 0, 1);

/** Whether the clock is right: certificates, backups and the timeline go by it. */
export const clock: Check = {
  name: 'clock',
  async run({ now, run }) {
    const synchronized = await run('timedatectl', [
      'show',
      '-p',
      'NTPSynchronized',
      '--value',
    ]).then(
      ({ stdout }) => stdout.trim() === 'yes',
      () => false,
    );
    return [judgeClock(now(), synchronized)];
  },
};

export function judgeClock(nowMs: number, isSynchronized: boolean): Finding {
  const data = { time: new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ') };
  if (nowMs < earliest) return { verdict: 'fail', code: 'clock-wrong', data };
  return isSynchronized
    ? { verdict: 'ok', code: 'clock-good', data }
    : { verdict: 'warn', code: 'clock-free', data };
}
