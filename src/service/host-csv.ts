import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Host } from './host-fields.ts';

/** What a host list has of each host, in this order. */
export const csvColumns = [
  'name',
  'mac',
  'ip',
  'group',
  'entry',
  'super',
  'overlay',
  'chap',
  'firmware',
  'power',
] as const;
export type CsvColumn = (typeof csvColumns)[number];

/** Headings in the first line; the first one of each language is what we write. */
const headings: Record<CsvColumn, { en: string; zh: string; others: string[] }> = {
  name: { en: 'Name', zh: '名称', others: ['机器名', '客户机', 'host', 'pc'] },
  mac: { en: 'MAC', zh: 'MAC地址', others: ['mac address', '网卡地址', '物理地址'] },
  ip: { en: 'IP', zh: 'IP地址', others: ['address', 'ip address', '地址'] },
  group: { en: 'Group', zh: '分组', others: ['组', '区域'] },
  entry: { en: 'Entry', zh: '启动项', others: ['boot entry'] },
  super: { en: 'Super', zh: '超管', others: ['super mode'] },
  overlay: { en: 'Overlay', zh: '差分盘', others: ['还原'] },
  chap: { en: 'CHAP', zh: 'CHAP验证', others: [] },
  firmware: { en: 'Firmware', zh: '固件', others: ['启动方式'] },
  power: { en: 'Power', zh: '电源', others: ['开机方式'] },
};

const plain = (heading: string) => heading.toLowerCase().replaceAll(/\s+/g, ' ').trim();

const byHeading = new Map(
  csvColumns.flatMap((column) => {
    const { en, zh, others } = headings[column];
    return [column, en, zh, ...others].map((heading) => [plain(heading), column] as const);
  }),
);

/** Each has a text in both languages under `csv.<code>`. */
export const csvProblemCodes = [
  'not-csv',
  'empty',
  'too-many',
  'no-mac-column',
  'unknown-column',
  'column-twice',
  'bad-mac',
  'mac-twice',
  'no-name',
  'bad-name',
  'name-taken',
  'bad-ip',
  'ip-taken',
  'bad-group',
  'no-entry',
  'bad-value',
] as const;
export type CsvProblemCode = (typeof csvProblemCodes)[number];

/** Why a line cannot be taken. Lines count from 1, the headings' included. */
export interface CsvProblem {
  line: number;
  code: CsvProblemCode;
  /** As the file heads it; empty where it concerns the whole line. */
  column: string;
  value: string;
  /** What else is to be known: who has it, what is allowed. */
  detail: string;
}

/** A line's cells; those of columns that the file does not have are absent. */
export interface CsvLine {
  line: number;
  cells: Partial<Record<CsvColumn, string>>;
}

/** More PCs than any cafe has. */
const linesLimit = 5_000;

const problem = (line: number, code: CsvProblemCode, more: Partial<CsvProblem> = {}) => ({
  ...{ line, code, column: '', value: '', detail: '' },
  ...more,
});

/** Reads a host list: comma or tab, with or without BOM. What cannot be read is told, not thrown. */
export function parseHostCsv(text: string): { lines: CsvLine[]; problems: CsvProblem[] } {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      ...{ bom: true, delimiter: [',', '\t'], trim: true, info: true },
      ...{ skip_empty_lines: true, skip_records_with_empty_values: true },
      relax_column_count: true,
    }) as unknown as typeof records;
  } catch (error) {
    const { lines = 1, message = '' } = error as { lines?: number; message?: string };
    return { lines: [], problems: [problem(lines, 'not-csv', { detail: message })] };
  }
  const [head, ...rest] = records;
  if (!head) return { lines: [], problems: [problem(1, 'empty')] };
  if (rest.length > linesLimit) {
    const detail = String(linesLimit);
    return { lines: [], problems: [problem(linesLimit + 1, 'too-many', { detail })] };
  }
  const columns = head.record.map((heading) => byHeading.get(plain(heading)));
  const problems = headProblems(head.record, columns);
  const lines = rest.map(({ record, info }) => ({
    line: info.lines,
    cells: Object.fromEntries(
      columns.flatMap((column, index) => (column ? [[column, uncover(record[index] ?? '')]] : [])),
    ),
  }));
  return { lines, problems };
}

function headProblems(head: string[], columns: (CsvColumn | undefined)[]): CsvProblem[] {
  const problems = head.flatMap((heading, index) => {
    const column = columns[index];
    if (!column) return heading === '' ? [] : [problem(1, 'unknown-column', { column: heading })];
    const isFirst = columns.indexOf(column) === index;
    return isFirst ? [] : [problem(1, 'column-twice', { column: heading })];
  });
  return columns.includes('mac') ? problems : [...problems, problem(1, 'no-mac-column')];
}

/** The quote that keeps a spreadsheet from calculating a cell is none of its text. */
const uncover = (cell: string) => (/^'[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell);

/** A host list that spreadsheets open: UTF-8 with BOM, RFC 4180, and no cell that they would calculate. */
export function formatHostCsv(hosts: readonly Host[], language: 'en' | 'zh-CN'): string {
  const word = language === 'en' ? ({ on: 'yes', off: 'no' } as const) : { on: '是', off: '否' };
  const rows = hosts.map((host) =>
    csvColumns.map((column) => {
      const value = host[column];
      if (typeof value === 'boolean') return value ? word.on : word.off;
      return Array.isArray(value) ? value.join(',') : (value ?? '');
    }),
  );
  const head = csvColumns.map((column) => headings[column][language === 'en' ? 'en' : 'zh']);
  const options = { bom: true, record_delimiter: 'windows', escape_formulas: true } as const;
  return stringify([head, ...rows], options);
}
