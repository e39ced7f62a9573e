import type { Appliance, TimelineEvent } from '../../scripts/lab/appliance.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import { createTranslator } from '../../src/i18n/translate.ts';

const tailLines = 40;

/** What a failed test shows: the end of every PC's serial port, the timeline, the end of cafeboot's log. */
export async function evidenceOf(pcs: readonly Pc[], appliance: Appliance): Promise<string> {
  const serials = pcs
    .filter((pc) => pc.poweredOnAt() > 0)
    .map((pc) => section(`serial port of ${pc.name} (${pc.mac})`, serialTail(pc)));
  const timeline = await timelineOf(appliance).catch((error: unknown) => [
    `not readable: ${error}`,
  ]);
  return [
    ...serials,
    section('timeline', timeline),
    section('log of cafeboot', appliance.log().slice(-tailLines)),
  ].join('\n');
}

async function timelineOf({ api }: Appliance): Promise<string[]> {
  const translator = createTranslator('en');
  const events = (await api('GET', `/events?limit=${tailLines}`)) as TimelineEvent[];
  return events.map(({ at, mac, kind, data }) => {
    const time = new Date(at).toISOString().slice(11, 23);
    return `${time}  ${(mac ?? '').padEnd(17)}  ${translator.event(kind, data)}`;
  });
}

function serialTail({ serial }: Pc): string[] {
  return serial
    .lines()
    .slice(-tailLines)
    .map(({ atMs, text }) => `${String(atMs).padStart(7)} ms  ${shorten(text)}`);
}

/** Menus and progress bars of firmware are long lines of blanks and repeats. */
function shorten(text: string): string {
  const narrow = text.replaceAll(/ {3,}/g, '  ');
  return narrow.length > 300 ? `${narrow.slice(0, 300)} ...` : narrow;
}

function section(title: string, lines: readonly string[]): string {
  return [`--- ${title}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
