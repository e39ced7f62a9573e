import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { CafeChanges } from './cafe-changes.ts';
import type { Captures } from './captures.ts';
import { imageIdsOf } from './entries.ts';
import type { Hall } from './hall.ts';
import type { HostState } from './hall-tile.ts';
import type { Hosts } from './hosts.ts';
import { findCapturedName, getImage } from './image-lookup.ts';

/** `waiting`: gets the draft when it boots next; `starting`: boots now; `editing`: runs from the draft. */
export type SuperSessionState = 'waiting' | 'starting' | 'editing';

/** A PC that is to change an image. */
export interface SuperSession {
  host: string;
  mac: string;
  state: SuperSessionState;
  /** It copies its own disk to the image. */
  isCapture: boolean;
}

export interface SuperSessionDeps {
  store: Store;
  hosts: Hosts;
  hall: Pick<Hall, 'tiles'>;
  captures: Pick<Captures, 'end'>;
  updateHost: CafeChanges['updateHost'];
}

/** What a PC in super mode does about a draft, by whether it was given it and what its tile shows. */
export function stateOfSession(isGiven: boolean, state: HostState | undefined): SuperSessionState {
  if (!isGiven) return 'waiting';
  if (state === 'super') return 'editing';
  return state === 'booting' ? 'starting' : 'waiting';
}

/** PCs in super mode, by the image that they change: from its draft, which the next version comes of. */
export function createSuperSessions(deps: SuperSessionDeps) {
  const { store, hosts, hall, captures, updateHost } = deps;

  const entriesWith = (imageId: number) =>
    store.entries.list().filter((entry) => imageIdsOf(entry).includes(imageId));

  return {
    /** PCs that have the draft, or get it when they boot next. Throws `not_found`. */
    list(image: string): SuperSession[] {
      const { id, name } = getImage(store, image);
      const entries = entriesWith(id);
      const first = store.entries.list()[0];
      const exporters = new Set(
        store.captures.exported().flatMap((row) => (row.imageId === id ? [row.hostId] : [])),
      );
      const given = new Set([...entries.map(({ editorHostId }) => editorHostId), ...exporters]);
      const boots = ({ nextEntryId, entryId }: HostRow) => {
        const wanted = nextEntryId ?? entryId ?? first?.id;
        return entries.some((entry) => entry.id === wanted);
      };
      const states = new Map(hall.tiles().map(({ mac, state }) => [mac, state]));
      return store.hosts.list().flatMap((host): SuperSession[] => {
        const isCapture = findCapturedName(store, host) === name;
        const isGiven = given.has(host.id);
        if (!isGiven && !(host.super && (isCapture || boots(host)))) return [];
        const state = stateOfSession(isGiven, states.get(host.mac));
        return [{ host: host.name, mac: host.mac, state, isCapture }];
      });
    },

    /**
     * At its next boot the PC gets the image's draft through this entry, to change it; where the entry is not
     * its own, only at that one. Throws `not_found`, and `invalid_value` for an entry without the image.
     */
    start(image: string, { host, entry }: { host: string; entry: string }): void {
      const { id } = getImage(store, image);
      if (!entriesWith(id).some(({ name }) => name === entry)) {
        throw new CafebootError('invalid_value', { field: 'entry', value: entry });
      }
      const { entryId } = hosts.getRow(host);
      const usual =
        entryId === null ? store.entries.list()[0] : store.entries.find({ id: entryId });
      const isUsual = usual?.name === entry;
      updateHost(host, { super: true, nextEntry: isUsual ? null : entry });
    },

    /**
     * From its next boot on the PC is as any other. One that runs from the draft keeps it until it is off.
     * Throws `not_found`, and `draft_in_use` while it captures.
     */
    async end(image: string, host: string): Promise<void> {
      const { mac, super: isSuper, nextEntryId } = hosts.getRow(host);
      if (findCapturedName(store, hosts.getRow(mac)) === image) await captures.end(mac);
      const ids = entriesWith(getImage(store, image).id).map(({ id }) => id);
      const isNext = nextEntryId !== null && ids.includes(nextEntryId);
      if (isSuper) updateHost(mac, { super: false, ...(isNext && { nextEntry: null }) });
    },
  };
}
