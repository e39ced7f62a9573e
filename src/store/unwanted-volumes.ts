import type { Queries } from './queries.ts';

/** Volumes that are to be removed, whatever happens to the program. */
export function createUnwantedVolumeRepository({ sql, all, run }: Queries) {
  return {
    list: (): string[] =>
      all(sql.selectFrom('unwantedVolumes').selectAll().orderBy('volume')).map(
        ({ volume }) => volume,
      ),
    add(volume: string): void {
      run(
        sql
          .insertInto('unwantedVolumes')
          .values({ volume })
          .onConflict((conflict) => conflict.doNothing()),
      );
    },
    remove(volume: string): void {
      run(sql.deleteFrom('unwantedVolumes').where('volume', '=', volume));
    },
  };
}
