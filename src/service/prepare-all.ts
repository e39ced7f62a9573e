import type { Store } from '../store/store.ts';
import type { Background } from './background.ts';
import type { Disks } from './disks.ts';
import { defaultEntryOf } from './entries.ts';

export interface PrepareAllDeps {
  store: Store;
  disks: Disks;
  background: Background;
}

/** What each host's next boot needs, made ahead in the background; one host after another. */
export function createPrepareAll({ store, disks, background }: PrepareAllDeps) {
  async function prepareEach(): Promise<void> {
    const list = store.entries.list();
    for (const host of store.hosts.list()) {
      const entry = defaultEntryOf(host, list);
      if (entry) await disks.prepare(host, entry);
    }
  }
  return (): void => background.start('prepare all', prepareEach);
}
