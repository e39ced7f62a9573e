import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { ImageRow } from '../store/images.ts';
import type { Store } from '../store/store.ts';
import type { Disks } from './disks.ts';
import type { Host } from './host-fields.ts';
import type { Hosts } from './hosts.ts';
import { findCapturedName, getImage, getPublished } from './image-lookup.ts';
import type { Timeline } from './timeline.ts';

export interface CaptureDeps {
  store: Store;
  hosts: Hosts;
  disks: Disks;
  timeline: Timeline;
}

export type Captures = ReturnType<typeof createCaptures>;

/**
 * PCs that write their own disk to an image: from its next boot on, a host in super mode has the image's
 * draft as one more disk, until the draft is published or discarded, or the capture is ended.
 */
export function createCaptures({ store, hosts, disks, timeline }: CaptureDeps) {
  /** Ends are told by why: `ended` by hand, else what became of the draft. */
  function tellEnd({ mac, name }: HostRow, image: string, why: CaptureEnd): void {
    timeline.record({ kind: 'host.capture-ended', mac, data: { name, image, why } });
  }

  async function end(host: HostRow): Promise<void> {
    const image = findCapturedName(store, host);
    if (image === null) return;
    await disks.endCapture(host);
    tellEnd(host, image, 'ended');
  }

  return {
    /** In place of another image. Throws `not_found`, `needs_super`, `image_not_ready`, `draft_in_use`. */
    async set(key: string, imageName: string): Promise<Host> {
      const host = hosts.getRow(key);
      const image = getImage(store, imageName);
      if (!host.super) throw new CafebootError('needs_super', { host: host.name });
      getPublished(store, image);
      await end(host);
      store.captures.set(host.id, image.id);
      const data = { name: host.name, image: image.name };
      timeline.record({ kind: 'host.capture-set', mac: host.mac, data });
      return hosts.get(host.mac);
    },

    /** Fine where there is none. Throws `draft_in_use` while the PC has the draft. */
    async end(key: string): Promise<Host> {
      const host = hosts.getRow(key);
      await end(host);
      return hosts.get(host.mac);
    },

    /** The image's draft was published or discarded, which no PC had any more. */
    endOf({ id, name }: ImageRow, why: Exclude<CaptureEnd, 'ended'>): void {
      for (const { hostId } of store.captures.ofImage(id)) {
        store.captures.remove(hostId);
        const host = store.hosts.find('id', hostId);
        if (host) tellEnd(host, name, why);
      }
    },
  };
}

type CaptureEnd = 'ended' | 'published' | 'discarded';
