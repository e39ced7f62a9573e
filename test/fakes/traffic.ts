import type { FakeServices } from './services.ts';

const stepMs = 5_000;
const spanMs = 15 * 60_000;

/** A quarter of an hour in which PCs read and write, and some boot. Afterwards the clock is where it was. */
export function seedTraffic({ services, clock, targets }: FakeServices): void {
  const { traffic, counters } = services;
  const end = clock.now;
  for (let at = end - spanMs; at <= end; at += stepMs) {
    clock.now = at;
    const wave = 1 + Math.sin((at / spanMs) * 12) / 2 + Math.sin((at / spanMs) * 71) / 4;
    for (const session of targets.sessions) {
      session.readBytes += Math.round(9e6 * wave);
      session.writtenBytes += Math.round(2e6 * wave);
    }
    counters.add('http.bytes', Math.round(3e6 * wave));
    counters.add('tftp.bytes', Math.round(1e6 * wave));
    if (Math.round(at / stepMs) % 7 === 0) counters.add('http.script.menu', 1);
    traffic.saw(targets.sessions.map((session) => ({ ...session })));
  }
  clock.now = end;
}
