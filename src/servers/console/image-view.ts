import type { Image } from '../../service/images.ts';
import type { Services } from '../../service/services.ts';

/** A restore point as the image's page shows it. */
export interface VersionView {
  number: number;
  note: string;
  sizeBytes: number;
  createdAt: number;
  ready: boolean;
  isPublished: boolean;
  /** The draft was begun from it. */
  isBase: boolean;
  /** Allocated, what it shares with others included; null: not known. */
  usedBytes: number | null;
  /** What is its alone; null: not known. */
  ownBytes: number | null;
  /** PCs whose disks stem from it. */
  hosts: string[];
  /** Nobody needs it. */
  isRemovable: boolean;
}

export interface DraftView {
  base: number;
  sizeBytes: number;
  createdAt: number;
  usedBytes: number | null;
  /** What was changed in it since it was begun, as measured a while ago; null: not known. */
  ownBytes: number | null;
}

type Usage = Awaited<ReturnType<Services['imageUsage']>>;

/** Newest first. */
export function toVersions({ versions, published, draft }: Image, usage: Usage): VersionView[] {
  const hostCounts = new Map(usage.map((each) => [each.number, each]));
  return versions
    .map(({ number, note, sizeBytes, createdAt, ready }) => {
      const { usedBytes = null, ownBytes = null, hosts = [] } = hostCounts.get(number) ?? {};
      const isPublished = number === published;
      const isBase = draft?.base === number;
      const names = [...new Set(hosts.map(({ name }) => name))].sort();
      return {
        ...{ number, note, sizeBytes, createdAt, ready, isPublished, isBase, usedBytes, ownBytes },
        hosts: names,
        isRemovable: ready && !isPublished && !isBase && names.length === 0,
      };
    })
    .reverse();
}

export function toDraft({ draft }: Image, usage: Usage): DraftView | null {
  if (!draft) return null;
  const { base, sizeBytes, createdAt } = draft;
  const { usedBytes = null, ownBytes = null } = usage.find(({ number }) => number === null) ?? {};
  return { base, sizeBytes, createdAt, usedBytes, ownBytes };
}

/** An image as the list shows it. */
export const toImageRow = (image: Image, services: Services) => ({
  name: image.name,
  kind: image.kind,
  description: image.description,
  sizeBytes: image.sizeBytes,
  published: image.versions.find(({ number }) => number === image.published) ?? null,
  versionCount: image.versions.length,
  hasDraft: image.draft !== null,
  users: services.imageUsers(image.name),
});

/** Everything of an image's page that changes by itself. */
export async function readImage(services: Services, name: string, usage: Usage) {
  const image = services.images.get(name);
  const sessions = services.superSessions.list(name);
  return {
    image: {
      name: image.name,
      kind: image.kind,
      description: image.description,
      sizeBytes: image.sizeBytes,
      published: image.published,
    },
    versions: toVersions(image, usage),
    draft: toDraft(image, usage),
    sessions,
    isEdited: sessions.some(({ state }) => state !== 'waiting'),
  };
}
