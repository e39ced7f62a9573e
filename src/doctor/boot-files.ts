import { bootFileNeeds } from '../boot/firmware.ts';
import type { BootFileReport } from '../service/boot-files.ts';
import type { Check, Finding } from './check.ts';

const yearMs = 365.25 * 24 * 3_600_000;
/** From this age on many cards and firmwares are newer than what the iPXE knows of them. */
const oldYears = 4;

/** Which build of iPXE each boot file is, and how old. */
export const bootFiles: Check = {
  name: 'boot files',
  async run({ describeBootFiles, now }) {
    const found = await describeBootFiles();
    const missing = bootFileNeeds.filter(
      ({ files }) => !found.some(({ name }) => files.includes(name)),
    );
    return [
      ...found.map((file) => judge(file, now())),
      ...missing.map(({ pcs, files }): Finding => {
        const data = { pcs, files: files.join(', ') };
        return { verdict: 'fail', code: 'boot-file-missing', data };
      }),
    ];
  },
};

function judge({ path, version, versionFrom, date, own }: BootFileReport, nowMs: number): Finding {
  const years = Math.max(0, (nowMs - Date.parse(date ?? '')) / yearMs);
  const beside = versionFrom === null ? '' : ` (as ${versionFrom})`;
  const data = {
    path,
    version: version === null ? '?' : version + beside,
    date: date ?? '?',
    years: Number.isNaN(years) ? '?' : years.toFixed(1),
  };
  if (own) return { verdict: 'ok', code: 'boot-file-own', data };
  if (years >= oldYears) return { verdict: 'warn', code: 'boot-file-old', data };
  return { verdict: 'ok', code: 'boot-file-stock', data };
}
