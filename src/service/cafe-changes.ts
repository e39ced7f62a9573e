import type { Disks } from './disks.ts';
import type { Entries, Entry, EntryFields } from './entries.ts';
import type { Firmware } from './firmware.ts';
import type { Host, HostFields } from './host-fields.ts';
import type { Hosts } from './hosts.ts';
import type { Timeline } from './timeline.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

export interface CafeChangeDeps {
  hosts: Hosts;
  entries: Entries;
  unknownHosts: UnknownHosts;
  firmware: Firmware;
  disks: Disks;
  timeline: Timeline;
  prepareAll: () => void;
}

/** Changes of hosts and entries with what follows for PCs' disks, in the order that leaves nothing behind. */
export function createCafeChanges(deps: CafeChangeDeps) {
  const { hosts, entries, unknownHosts, firmware, disks, timeline, prepareAll } = deps;
  return {
    addHost(fields: HostFields & { mac: string; name: string }): Host {
      const host = hosts.add(fields);
      unknownHosts.remove(host.mac);
      firmware.adopted(host.mac);
      prepareAll();
      return host;
    },
    updateHost(key: string, fields: HostFields): Host {
      const before = hosts.getRow(key);
      const host = hosts.update(key, fields);
      if (fields.firmware !== undefined || host.mac !== before.mac) firmware.forget(before);
      prepareAll();
      return host;
    },
    renewHostSecret: (key: string): Host => hosts.renewSecret(key),
    async removeHost(key: string): Promise<void> {
      await disks.takeAll(hosts.getRow(key));
      hosts.remove(key);
    },
    /** Drops all that a host wrote; its next boot starts from the published versions. */
    async resetHost(key: string): Promise<Host> {
      const host = hosts.getRow(key);
      await disks.reset(host);
      timeline.record({ kind: 'host.reset', mac: host.mac, data: { name: host.name } });
      prepareAll();
      return hosts.get(key);
    },

    addEntry(fields: EntryFields & { name: string; os: string }): Entry {
      const entry = entries.add(fields);
      prepareAll();
      return entry;
    },
    async updateEntry(name: string, fields: EntryFields): Promise<Entry> {
      const changesDisks = entries.changesDisks(name, fields);
      if (changesDisks) await disks.releaseDrafts(entries.getRow(name));
      const entry = entries.update(name, fields);
      if (changesDisks) await disks.dropOrphans(entries.getRow(entry.name));
      prepareAll();
      return entry;
    },
    /** The first entry is what PCs without a default boot. Throws as `Entries.setOrder`. */
    setEntryOrder(names: readonly string[]): Entry[] {
      const list = entries.setOrder(names);
      prepareAll();
      return list;
    },
    async removeEntry(name: string): Promise<void> {
      await disks.resetEntry(entries.getRow(name));
      entries.remove(name);
      hosts.reload();
    },
  };
}
