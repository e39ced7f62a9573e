import { toSize } from '../../src/cli/print.ts';
import type { TimelineEvent } from './appliance.ts';

/** A timeline event for the terminal: the stage of the boot, and what happened there. */
export interface Description {
  stage: string;
  text: string;
}

/** What the demo shows of an event; undefined for those that are not part of a PC's boot. */
export function describe({ kind, data }: TimelineEvent): Description | undefined {
  const get = (key: string) => String(data[key] ?? '');
  switch (kind) {
    case 'boot.dhcp':
      return { stage: 'DHCP', text: describeAnswer(get) };
    case 'boot.tftp':
      return { stage: 'TFTP', text: describeTransfer(data) };
    case 'boot.http':
      return { stage: 'HTTP', text: get('file') };
    case 'boot.script':
      return { stage: 'script', text: describeScript(get) };
    case 'boot.disk':
      return { stage: 'iSCSI', text: `logged in to ${shortTarget(get('target'))}` };
    case 'boot.disk-gone':
      return { stage: 'iSCSI', text: describeLogout(data) };
    case 'boot.os':
      return { stage: 'OS', text: `${get('os')} ${get('version')} is up` };
    case 'boot.refused':
    case 'boot.failed':
    case 'overlay.failed':
      return { stage: 'FAILED', text: `${kind} ${JSON.stringify(data)}` };
    default:
      return undefined;
  }
}

/** A target's name without its prefix, which all have in common: `sn.debian.525400cafe01`. */
export function shortTarget(target: string): string {
  return target.slice(target.indexOf(':') + 1);
}

type Get = (key: string) => string;

function describeAnswer(get: Get): string {
  const program = get('stage') === 'rom' ? `${get('arch')} firmware` : `iPXE on ${get('arch')}`;
  const given: Record<string, string> = {
    'boot-server': 'ask me on port 4011',
    'boot-file': `boot file ${get('file')}`,
    'boot-url': `boot file ${get('file')}`,
    script: `script ${get('file')}`,
  };
  return `${get('answer').toUpperCase()} to ${program}: ${given[get('gives')] ?? get('file')}`;
}

function describeScript(get: Get): string {
  return get('script') === 'menu'
    ? 'boot menu; its default starts by itself'
    : `boot entry ${get('entry')}`;
}

function describeTransfer(data: Record<string, unknown>): string {
  const { file, sizeBytes, durationMs, outcome } = data;
  if (outcome !== 'done') return `${file}: ${outcome}`;
  const seconds = Math.max(Number(durationMs), 1) / 1000;
  const rate = toSize(Number(sizeBytes) / seconds);
  return `${file}, ${toSize(Number(sizeBytes))} in ${seconds.toFixed(2)} s (${rate}/s)`;
}

function describeLogout({ readBytes, writtenBytes }: Record<string, unknown>): string {
  return `gone, after ${toSize(Number(readBytes))} read, ${toSize(Number(writtenBytes))} written`;
}
