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
      return {
        stage: `DHCP ${get('stage')}`,
        text: `${get('answer').toUpperCase()} to ${get('arch')}: ${get('file')}`,
      };
    case 'boot.tftp':
      return { stage: 'TFTP', text: describeTransfer(data) };
    case 'boot.script':
      return { stage: 'script', text: `${get('script')} ${get('entry')}`.trim() };
    case 'boot.disk':
      return { stage: 'iSCSI', text: `login to ${get('target')}` };
    case 'boot.disk-gone':
      return { stage: 'iSCSI', text: describeLogout(data) };
    case 'boot.os':
      return { stage: 'OS', text: `${get('os')} ${get('version')} is up` };
    case 'boot.refused':
    case 'boot.failed':
      return { stage: 'FAILED', text: `${kind} ${JSON.stringify(data)}` };
    default:
      return undefined;
  }
}

function describeTransfer(data: Record<string, unknown>): string {
  const { file, sizeBytes, durationMs, outcome } = data;
  if (outcome !== 'done') return `${file} ${outcome}`;
  const seconds = Math.max(Number(durationMs), 1) / 1000;
  const rate = formatBytes(Number(sizeBytes) / seconds);
  return `${file}, ${formatBytes(sizeBytes)} in ${seconds.toFixed(2)} s (${rate}/s)`;
}

function describeLogout({ readBytes, writtenBytes }: Record<string, unknown>): string {
  return `logout, ${formatBytes(readBytes)} read, ${formatBytes(writtenBytes)} written`;
}

/** Binary units, as administrators read sizes. */
function formatBytes(value: unknown): string {
  const bytes = Number(value);
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
