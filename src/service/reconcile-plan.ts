import type { Volume } from '../storage/volumes.ts';
import type { DraftRow, VersionRow } from '../store/images.ts';
import { isUsed, type OverlayRow } from '../store/overlays.ts';

/** What the database says there should be. */
export interface Desired {
  versions: readonly VersionRow[];
  drafts: readonly DraftRow[];
  overlays: readonly OverlayRow[];
  /** Somebody is making or removing these. */
  unwanted: readonly string[];
}

/** What is to be done about volumes. */
export type VolumeStep =
  | { action: 'activate'; volume: string }
  /** An overlay that nobody knows: what it holds is nobody's. */
  | { action: 'remove-volume'; volume: string }
  /** Its volume is gone: its host gets another one at its next boot. */
  | { action: 'forget-overlay'; volume: string; overlay: OverlayRow }
  /** Nothing is lost: a crash came between its row and its volume, and no PC ever had it. */
  | { action: 'forget-unmade'; volume: string; overlay: OverlayRow }
  /** Only people can decide: told, and left alone. */
  | { action: 'report-unknown'; volume: string }
  | { action: 'report-lost-version'; volume: string; version: VersionRow }
  | { action: 'report-lost-draft'; volume: string; draft: DraftRow };

const overlayVolume = /^ov-\d+$/;

/**
 * Compares volumes with what should be there. `desired` must have been read after `actual`, so that what
 * was made in between has its row. Nothing of an image is ever removed here: a database brought back from
 * a backup does not know the newest ones.
 */
export function planVolumes(actual: readonly Volume[], desired: Desired): VolumeStep[] {
  const present = new Set(actual.map(({ name }) => name));
  const { versions, drafts, overlays } = desired;
  const named = [...versions, ...drafts, ...overlays].map(({ volume }) => volume);
  const known = new Set([...named, ...desired.unwanted]);
  const isMissing = ({ volume }: { volume: string }) => !present.has(volume);
  const ready = versions.filter(({ state }) => state === 'ready');
  // As where its disk was not mounted at a start: what PCs wrote comes back with it.
  const isPoolAway = ready.length > 0 && ready.every(isMissing);
  return [
    ...actual
      .filter(({ name, isActive }) => known.has(name) && !isActive)
      .map(({ name }): VolumeStep => ({ action: 'activate', volume: name })),
    ...actual
      .filter(({ name }) => !known.has(name))
      .map(({ name }): VolumeStep => {
        const isNobodys = overlayVolume.test(name) && !isPoolAway;
        const action = isNobodys ? 'remove-volume' : 'report-unknown';
        return { action, volume: name };
      }),
    ...overlays
      .filter((overlay) => !isPoolAway && isMissing(overlay))
      .map((overlay): VolumeStep => {
        const action = isUsed(overlay) ? 'forget-overlay' : 'forget-unmade';
        return { action, volume: overlay.volume, overlay };
      }),
    ...ready.filter(isMissing).map((version): VolumeStep => {
      return { action: 'report-lost-version', volume: version.volume, version };
    }),
    ...drafts.filter(isMissing).map((draft): VolumeStep => {
      return { action: 'report-lost-draft', volume: draft.volume, draft };
    }),
  ];
}
