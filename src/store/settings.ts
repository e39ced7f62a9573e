import type { Queries } from './queries.ts';

/** Settings as key and JSON value; what keys and values mean is the service's knowledge. */
export function createSettingRepository({ sql, all, run }: Queries) {
  return {
    all(): Record<string, unknown> {
      const rows = all(sql.selectFrom('settings').selectAll());
      return Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
    },
    set(key: string, value: unknown): void {
      const json = JSON.stringify(value);
      run(
        sql
          .insertInto('settings')
          .values({ key, value: json })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json })),
      );
    },
    remove(key: string): void {
      run(sql.deleteFrom('settings').where('key', '=', key));
    },
  };
}
