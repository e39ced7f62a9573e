const automaticName = /^daily-\d{8}-\d{6}\.tar\.zst$/;
const anyName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,80}\.tar\.zst$/;

/** Whether it can be the name of a backup in the backups' directory. */
export const isBackupName = (name: string): boolean => anyName.test(name);
export const isAutomatic = (name: string): boolean => automaticName.test(name);

/** `daily-20261124-050000.tar.zst`, in the machine's own time. */
export function backupName(prefix: 'daily' | 'cafeboot', nowMs: number): string {
  const at = new Date(nowMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${prefix}-${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.tar.zst`;
}

/**
 * Whether a daily backup is due: the last time that the clock struck `hour` is later than the last one.
 * A server that was off at that hour makes it up when it is on again.
 */
export function isBackupDue(nowMs: number, hour: number, lastAtMs: number | undefined): boolean {
  const struck = new Date(nowMs);
  struck.setHours(hour, 0, 0, 0);
  if (struck.getTime() > nowMs) struck.setDate(struck.getDate() - 1);
  return lastAtMs === undefined || lastAtMs < struck.getTime();
}

/** Of the names in the directory: daily ones beyond the newest `kept`. Those that people made stay. */
export function findOutdated(names: readonly string[], kept: number): string[] {
  return names.filter(isAutomatic).sort().reverse().slice(kept);
}
