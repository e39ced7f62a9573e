import type { Row } from './frame.ts';

/** All rows as one table for people. */
export function formatTable(rows: readonly Row[]): string {
  const contenders = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const head = ['', ...contenders, 'unit', 'ratio', 'budget', ''];
  const body = rows.map((row) => [
    `${row.section}: ${row.name}`,
    ...contenders.map((contender) => cell(row, contender)),
    row.unit,
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.budget ?? '',
    row.met ? 'ok' : 'MISSED',
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...body]
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell({ values, failures }: Row, contender: string): string {
  const value = values[contender];
  if (value === undefined) return '-';
  const failed = failures[contender] ?? 0;
  return `${value.toFixed(value < 10 ? 1 : 0)}${failed > 0 ? ` (${failed} failed)` : ''}`;
}
