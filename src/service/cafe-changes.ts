import { CafebootError } from '../errors.ts';
import type { Disks } from './disks.ts';
import type { Entries, Entry, EntryFields } from './entries.ts';
import type { Firmware } from './firmware.ts';
import { parseHostCsv } from './host-csv.ts';
import type { Host, HostFields } from './host-fields.ts';
import { type HostImportPlan, planHostImport } from './host-import.ts';
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

export type CafeChanges = ReturnType<typeof createCafeChanges>;

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
    /**
     * A list of hosts as CSV: those with new MACs are added, the others changed, in one go. With problems, or
     * for a dry run, nothing is changed. Throws `csv_refused` where there are problems and it is no dry run.
     */
    importHosts(csv: string, { dryRun = false } = {}): HostImportPlan {
      const { lines, problems } = parseHostCsv(csv);
      const names = entries.list().map(({ name }) => name);
      const plan = planHostImport(problems.length > 0 ? [] : lines, hosts.list(), names);
      plan.problems.unshift(...problems);
      plan.problems.sort((a, b) => a.line - b.line);
      if (dryRun) return plan;
      const [first] = plan.problems;
      if (first) {
        const { line, code, value } = first;
        const context = { count: plan.problems.length, line, problem: code, value };
        throw new CafebootError('csv_refused', context);
      }
      const before = plan.changed.map(({ mac }) => hosts.getRow(mac));
      hosts.saveAll(plan);
      for (const { mac } of plan.added) {
        unknownHosts.remove(mac);
        firmware.adopted(mac);
      }
      for (const row of before) {
        if (hosts.findByMac(row.mac)?.firmware !== row.firmware) firmware.forget(row);
      }
      const counts = { added: plan.added.length, changed: plan.changed.length };
      timeline.record({ kind: 'host.imported', data: counts });
      prepareAll();
      return plan;
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
