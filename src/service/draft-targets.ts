import type { EntryRow } from '../store/entries.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import { imageIdsOf } from './entries.ts';
import { captureTargetName, superTargetName } from './iqn.ts';
import type { Overlays } from './overlays.ts';

/** A target that exports drafts to one PC: an entry's, or alone the one that the PC captures its own disk to. */
export interface DraftTarget {
  name: string;
  entry: EntryRow | null;
  /** In LUN order. */
  images: ImageRow[];
  /** Whether the last of them is there only because the PC captures to it. */
  hasCapture: boolean;
}

/** One that a PC was given, and what to log in with; null for no CHAP. */
export interface GivenTarget extends Omit<DraftTarget, 'hasCapture'> {
  hostId: number;
  chapSecret: string | null;
}

export interface DraftTargetDeps {
  store: Store;
  overlays: Overlays;
  targetPrefix: () => string;
}

/** Which targets export which drafts, as it is written down. */
export function createDraftTargets({ store, overlays, targetPrefix }: DraftTargetDeps) {
  const nameOf = (entry: EntryRow): string => superTargetName(targetPrefix(), entry.name);
  const findImage = (id: number) => store.images.find({ id });

  /** The image that this host captures its own disk to. */
  function findCaptured({ id }: HostRow): ImageRow | undefined {
    const capture = store.captures.find(id);
    return capture && findImage(capture.imageId);
  }

  return {
    nameOf,
    findCaptured,

    /** The entry's drafts, and behind them what the host captures to. */
    ofEntry(entry: EntryRow, host: HostRow): DraftTarget {
      const own = overlays.imagesOf(entry);
      const captured = findCaptured(host);
      const target = { name: nameOf(entry), entry };
      return captured && own.every(({ id }) => id !== captured.id)
        ? { ...target, images: [...own, captured], hasCapture: true }
        : { ...target, images: own, hasCapture: false };
    },

    /** What the host captures to, alone: its own disk is what it boots. Undefined where that is nothing. */
    findOfCapture(host: HostRow): DraftTarget | undefined {
      const captured = findCaptured(host);
      const name = captureTargetName(targetPrefix(), host.mac);
      return captured && { name, entry: null, images: [captured], hasCapture: true };
    },

    /** Names of all targets by which a PC may have a draft of one of these images. */
    namesWith(imageIds: readonly number[]): string[] {
      const entries = store.entries
        .list()
        .filter((entry) => imageIdsOf(entry).some((id) => imageIds.includes(id)));
      const captures = store.captures
        .exported()
        .filter(({ imageId }) => imageIds.includes(imageId))
        .map(({ target }) => target);
      return [...new Set([...entries.map(nameOf), ...captures])];
    },

    /** Those that PCs have. */
    given(): GivenTarget[] {
      const captures = store.captures.exported();
      const capturedBy = (name: string) =>
        captures
          .filter(({ target }) => target === name)
          .flatMap(({ imageId }) => findImage(imageId) ?? []);
      const ofEntries = store.entries.list().flatMap((entry) => {
        const { editorHostId: hostId, editorChapSecret: chapSecret } = entry;
        if (hostId === null) return [];
        const name = nameOf(entry);
        const images = [...overlays.imagesOf(entry), ...capturedBy(name)];
        return [{ name, entry, images, hostId, chapSecret }];
      });
      const names = new Set(ofEntries.map(({ name }) => name));
      const alone = captures
        .filter(({ target }) => !names.has(target))
        .map(({ target: name, hostId, chapSecret }) => {
          return { name, entry: null, images: capturedBy(name), hostId, chapSecret };
        });
      return [...ofEntries, ...alone].filter(({ images }) =>
        images.every(({ id }) => store.images.findDraft(id)),
      );
    },
  };
}
