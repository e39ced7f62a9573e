import type { FuzzReport } from './fuzz.ts';

const mebibyte = 1024 * 1024;

/** What a flood must not have done, each in a sentence; none where the appliance stood it. */
export function problemsOf(report: FuzzReport): string[] {
  const { sent, counted, repeated, grownBytes, unknownHosts, events, logBytes } = report;
  const checks: [boolean, string][] = [
    [report.faults === 0, `${report.faults} faults while datagrams were handled`],
    [counted >= sent * 0.98, `only ${counted} of ${sent} datagrams are counted`],
    [repeated <= 20, `a PC had to ask ${repeated} times again`],
    [grownBytes < 20 * mebibyte, `the process has grown by ${grownBytes} bytes`],
    [unknownHosts <= 1_000, `${unknownHosts} unknown hosts are kept`],
    [events <= 1_000 + sent / 20, `${events} events are recorded`],
    [logBytes <= mebibyte, `${logBytes} bytes were logged`],
    [report.offers, 'a DISCOVER gets no OFFER afterwards'],
    [report.namesBootFile, 'port 4011 names no boot file afterwards'],
    [report.sendsBootFile, 'the boot file does not come by TFTP afterwards'],
  ];
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}
