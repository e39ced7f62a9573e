import { macHex } from '../../boot/mac.ts';
import { bootStages } from '../../service/boot-progress.ts';
import { type HallTile, type HostState, hostStates } from '../../service/hall-tile.ts';

/** A tile as its template shows it: only what is seen, so that nothing else makes it anew. */
export interface TileView {
  id: string;
  /** Its page's path ends in it. */
  hex: string;
  name: string;
  state: HostState;
  /** Where a boot is, counted from 1 of `stages`; 0: none. */
  stage: number;
  stageName: string | null;
  stages: number;
  os: string | null;
  entry: string | null;
  /** Epoch milliseconds. */
  since: number | null;
  failure: string | null;
  readBytesPerSecond: number;
  writtenBytesPerSecond: number;
}

export interface GroupView {
  /** Null: hosts in no group. */
  name: string | null;
  tiles: TileView[];
}

/** Below this a disk idles; a tile is not made anew for it. */
const leastRate = 100_000;

/** Two digits are enough for a tile. */
function roundRate(bytesPerSecond: number): number {
  return bytesPerSecond < leastRate ? 0 : Number(bytesPerSecond.toPrecision(2));
}

export function toTileView(tile: HallTile): TileView {
  const { mac, name, state, stage, os, entry, since, failure } = tile;
  const isUp = state === 'running' || state === 'super';
  return {
    ...{ id: `tile-${macHex(mac)}`, hex: macHex(mac), name, state, os, entry, since, failure },
    stage: stage === null ? 0 : bootStages.indexOf(stage) + 1,
    stageName: stage,
    stages: bootStages.length,
    readBytesPerSecond: isUp ? roundRate(tile.readBytesPerSecond) : 0,
    writtenBytesPerSecond: isUp ? roundRate(tile.writtenBytesPerSecond) : 0,
  };
}

/** By group, those in none last; names in the order people count: pc-2 before pc-10. */
export function toGroups(tiles: readonly HallTile[]): GroupView[] {
  const { compare } = new Intl.Collator('zh-CN', { numeric: true });
  const byGroup = Map.groupBy(tiles, ({ group }) => group);
  return [...byGroup]
    .map(([name, members]) => ({
      name,
      tiles: members.map(toTileView).sort((a, b) => compare(a.name, b.name)),
    }))
    .sort(
      (a, b) =>
        Number(a.name === null) - Number(b.name === null) || compare(a.name ?? '', b.name ?? ''),
    );
}

/** How many hosts are in each state. */
export function countStates(tiles: readonly HallTile[]): Record<HostState, number> {
  const entries = hostStates.map((state) => [
    state,
    tiles.filter((tile) => tile.state === state).length,
  ]);
  return Object.fromEntries(entries) as Record<HostState, number>;
}
