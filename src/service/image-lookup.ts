import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow, VersionRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';

/** Throws `not_found`. */
export function getImage(store: Store, name: string): ImageRow {
  const image = store.images.find({ name });
  if (!image) throw new CafebootError('not_found', { kind: 'image', name });
  return image;
}

/** The version that the next boot gets. Throws `image_not_ready` where there is none yet. */
export function getPublished(store: Store, image: ImageRow): VersionRow {
  const { publishedVersionId } = image;
  if (publishedVersionId === null) throw notReady(image);
  return refuseUnready(image, store.images.findVersion(publishedVersionId));
}

/** Throws `not_found`, and `image_not_ready` while it is being made. */
export function getVersion(store: Store, image: ImageRow, number: number): VersionRow {
  const version = store.images.versions(image.id).find((each) => each.number === number);
  if (version) return refuseUnready(image, version);
  throw new CafebootError('not_found', { kind: 'version', name: `${image.name} v${number}` });
}

/** The image that a host's own disk is captured to; null for none. */
export function findCapturedName(store: Store, { id }: HostRow): string | null {
  const capture = store.captures.find(id);
  return (capture && store.images.find({ id: capture.imageId })?.name) ?? null;
}

function refuseUnready(image: ImageRow, version: VersionRow | undefined): VersionRow {
  if (version?.state !== 'ready') throw notReady(image);
  return version;
}

const notReady = ({ name }: ImageRow) => new CafebootError('image_not_ready', { image: name });
