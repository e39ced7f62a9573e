/** A table for people: columns as wide as their widest cell, in the order of `columns`. */
export function toTable(rows: Record<string, unknown>[], columns: string[]): string {
  const cells = [columns, ...rows.map((row) => columns.map((column) => toCell(row[column])))];
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((row) => width(row[index] ?? ''))),
  );
  return cells
    .map((row) =>
      row
        .map((cell, index) => pad(cell, widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toCell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (Array.isArray(value)) return value.map(toCell).join(',') || '-';
  if (typeof value === 'boolean') return value ? 'yes' : '-';
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** Chinese characters take two columns of a terminal. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += /[\u1100-\u115f\u2e80-\uffe6]/.test(character) ? 2 : 1;
  return columns;
}

const pad = (text: string, columns: number) => text + ' '.repeat(columns - width(text));

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes as people read them: `1.2 GiB`. */
export function toSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** Tells how far something is, once a percent. */
export function tellPercent(tell: (line: string) => void) {
  let told = -1;
  return (doneBytes: number, totalBytes: number): void => {
    const percent = totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 100) : 0;
    if (percent === told) return;
    told = percent;
    tell(`${toSize(doneBytes)} of ${toSize(totalBytes)} (${percent} %)`);
  };
}

/** `60G`, `500M`, `1.5T` or bytes. Returns undefined for what is none. */
export function findSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$/i.exec(text.trim());
  if (!match) return undefined;
  const power = 'KMGT'.indexOf((match[2] ?? '').toUpperCase()) + 1;
  return Math.round(Number(match[1]) * 1024 ** (match[2] ? power : 0));
}
