import { totalmem } from 'node:os';
import type { Check, Finding } from './check.ts';

const gibibyte = 1024 ** 3;
/** The system, the program, and what a golden image's much-read part takes in the page cache. */
const baseBytes = 4 * gibibyte;
/** What each PC's own blocks and commands in flight take. */
const perHostBytes = 32 * 1024 ** 2;

/** Whether memory suits the number of PCs; what is too little is slow mornings, no fault. */
export const memory: Check = {
  name: 'memory',
  run: async ({ hostCount }) => [judgeMemory(totalmem(), hostCount)],
};

export function judgeMemory(totalBytes: number, hosts: number): Finding {
  const neededBytes = baseBytes + hosts * perHostBytes;
  const data = {
    hosts,
    totalGib: (totalBytes / gibibyte).toFixed(1),
    neededGib: (neededBytes / gibibyte).toFixed(1),
  };
  // What the firmware keeps is missing in the total.
  const isEnough = totalBytes >= neededBytes * 0.95;
  return {
    verdict: isEnough ? 'ok' : 'warn',
    code: isEnough ? 'memory-good' : 'memory-small',
    data,
  };
}
