import type { Queries } from './queries.ts';

/** The way in which a host starts on one platform: tried, or seen to work. */
export interface BootWayRow {
  hostId: number;
  platform: string;
  file: string;
  offer: 'boot-server' | 'direct' | 'plain';
  worked: boolean;
}

export function createBootWayRepository({ sql, all, run, transaction }: Queries) {
  return {
    ofHost: (hostId: number): BootWayRow[] =>
      all(sql.selectFrom('bootWays').selectAll().where('hostId', '=', hostId)).map((row) => ({
        ...row,
        worked: row.worked === 1,
      })),
    /** Each in place of what its host had on that platform; in one transaction. */
    set: (rows: BootWayRow[]): void =>
      transaction(() => {
        for (const { hostId, platform, file, offer, worked } of rows) {
          const way = { file, offer, worked: worked ? (1 as const) : (0 as const) };
          run(
            sql
              .insertInto('bootWays')
              .values({ hostId, platform, ...way })
              .onConflict((conflict) => conflict.columns(['hostId', 'platform']).doUpdateSet(way)),
          );
        }
      }),
    forget(hostId: number): void {
      run(sql.deleteFrom('bootWays').where('hostId', '=', hostId));
    },
  };
}
