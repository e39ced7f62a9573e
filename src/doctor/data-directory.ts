import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check, Finding } from './check.ts';

const gibibyte = 1024 ** 3;
/** The database, its backups and what is uploaded need this much at least. */
const leastFreeBytes = 2 * gibibyte;

/** Whether the data directory has room, and keeps the PCs' secrets to itself. */
export const dataDirectory: Check = {
  name: 'data directory',
  async run({ config: { dataDir } }) {
    const { bavail, bsize } = await statfs(dataDir);
    const database = await stat(join(dataDir, 'cafeboot.db')).catch(() => undefined);
    return judgeDirectory({
      path: dataDir,
      freeBytes: bavail * bsize,
      databaseMode: database && database.mode & 0o777,
    });
  },
};

export function judgeDirectory({
  path,
  freeBytes,
  databaseMode,
}: {
  path: string;
  freeBytes: number;
  databaseMode: number | undefined;
}): Finding[] {
  const data = { path, freeGib: (freeBytes / gibibyte).toFixed(1) };
  const findings: Finding[] = [];
  if (freeBytes < leastFreeBytes)
    findings.push({ verdict: 'warn', code: 'data-dir-filling', data });
  if (databaseMode !== undefined && (databaseMode & 0o077) !== 0) {
    findings.push({ verdict: 'warn', code: 'data-dir-open', data });
  }
  return findings.length > 0 ? findings : [{ verdict: 'ok', code: 'data-dir-good', data }];
}
