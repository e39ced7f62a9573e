import type { TimelineEvent } from '../../scripts/lab/appliance.ts';

/**
 * A boot in words, one for each thing that happened, in order: `rom offer boot-file`,
 * `tftp ipxe.efi`, `script entry`, `disk`, `os`. Repeats are left out: firmware asks again when it likes.
 */
export function bootSteps(events: readonly TimelineEvent[]): string[] {
  const steps: string[] = [];
  for (const { kind, data } of events) {
    const step = stepOf(kind, data);
    if (step !== undefined && !steps.includes(step)) steps.push(step);
  }
  return steps;
}

function stepOf(kind: string, data: Record<string, unknown>): string | undefined {
  switch (kind) {
    case 'boot.dhcp':
      return `${data.stage} ${data.answer} ${data.gives}`;
    case 'boot.tftp':
      return data.outcome === 'done' ? `tftp ${data.file}` : undefined;
    case 'boot.http':
      return `http ${data.file}`;
    case 'boot.script':
      return `script ${data.script}`;
    case 'boot.disk':
    case 'boot.os':
      return kind.slice('boot.'.length);
    default:
      return kind.startsWith('boot.') ? kind : undefined;
  }
}
