import { findMac } from '../boot/mac.ts';
import { createReservations } from '../boot/reservations.ts';
import { CafebootError } from '../errors.ts';
import type { PowerMeans } from '../power/means.ts';
import type { HostRow, NewHost } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import { makeChapSecret } from './chap.ts';
import { createHostFields, type Host, type HostFields } from './host-fields.ts';
import type { HostImportPlan } from './host-import.ts';
import type { Timeline } from './timeline.ts';

export interface HostDeps {
  store: Store;
  timeline: Timeline;
  now: () => number;
}

export type Hosts = ReturnType<typeof createHosts>;

/** The list of PCs. Everything is kept in memory by MAC too: DHCP asks for it a packet. */
export function createHosts({ store, timeline, now }: HostDeps) {
  let byMac = new Map<string, HostRow>();
  let reservations = createReservations([]);
  const reload = () => {
    const list = store.hosts.list();
    byMac = new Map(list.map((host) => [host.mac, host]));
    reservations = createReservations(list);
  };
  makeMissingSecrets(store);
  reload();

  const { entryName, present, toRow } = createHostFields(store);

  function newRow(fields: HostFields & { mac: string; name: string }): NewHost {
    const nothing = { ip: null, groupId: null, entryId: null, nextEntryId: null, nextTool: null };
    const power: PowerMeans[] = ['agent', 'wol'];
    return {
      ...{ ...nothing, power, super: false, chap: true, firmware: 'auto', overlay: 'discard' },
      ...{ chapSecret: makeChapSecret(), createdAt: now(), ...toRow(fields) },
    } as NewHost;
  }

  /** By name, or by MAC in any writing. */
  function getRow(key: string): HostRow {
    const row = store.hosts.find('name', key) ?? byMac.get(findMac(key) ?? '');
    if (!row) throw new CafebootError('not_found', { kind: 'host', name: key });
    return row;
  }

  return {
    list: (): Host[] => store.hosts.list().map(present),
    get: (key: string): Host => present(getRow(key)),
    getRow,
    findByMac: (mac: string): HostRow | undefined => byMac.get(mac),
    /** Which addresses full DHCP mode keeps for whom. */
    reservations: () => reservations,

    add(fields: HostFields & { mac: string; name: string }): Host {
      const id = store.transaction(() => store.hosts.add(newRow(fields)));
      reload();
      const host = getRow(fields.mac);
      timeline.record({ kind: 'host.added', mac: host.mac, data: { id, name: host.name } });
      return present(host);
    },

    /** Many at once, all or none; names and addresses may go from one of them to another. */
    saveAll(plan: Pick<HostImportPlan, 'added' | 'changed'>): void {
      const added = plan.added.map(({ mac }) => mac);
      const changed = plan.changed.map((fields) => ({ ...fields, id: getRow(fields.mac).id }));
      store.transaction(() => {
        // Out of the way first: no label begins so.
        for (const { id } of changed) store.hosts.update(id, { name: `~${id}`, ip: null });
        for (const { id, mac, ...fields } of changed) {
          const { name, ip } = byMac.get(mac) ?? {};
          store.hosts.update(id, { name, ip, ...toRow(fields) } as Partial<NewHost>);
        }
        for (const fields of plan.added) store.hosts.add(newRow(fields));
      });
      reload();
      const tell = (kind: 'host.added' | 'host.changed', mac: string) => {
        const { id, name } = getRow(mac);
        timeline.record({ kind, mac, data: { id, name } });
      };
      for (const mac of added) tell('host.added', mac);
      for (const { mac } of changed) tell('host.changed', mac);
    },

    update(key: string, fields: HostFields): Host {
      const { id, mac } = getRow(key);
      store.transaction(() => store.hosts.update(id, toRow(fields)));
      reload();
      const host = present(getRow(fields.mac ?? mac));
      timeline.record({ kind: 'host.changed', mac: host.mac, data: { name: host.name } });
      return host;
    },

    /** Its boot has got the disk of this entry: what was to be booted once has been. */
    tookEntry(id: number, entryId: number): void {
      const host = store.hosts.find('id', id);
      if (!host || host.nextEntryId !== entryId) return;
      store.hosts.update(id, { nextEntryId: null });
      reload();
      const data = { name: host.name, entry: entryName(entryId) };
      timeline.record({ kind: 'host.next-entry-used', mac: host.mac, data });
    },

    /** The tool that it was to start once has been given to it. */
    tookTool(id: number, tool: string): void {
      const host = store.hosts.find('id', id);
      if (!host || host.nextTool !== tool) return;
      store.hosts.update(id, { nextTool: null });
      reload();
      const data = { name: host.name, tool };
      timeline.record({ kind: 'host.next-tool-used', mac: host.mac, data });
    },

    /** Its next boot gets another CHAP secret; a running PC keeps its own until then. */
    renewSecret(key: string): Host {
      const { id, mac, name } = getRow(key);
      store.hosts.update(id, { chapSecret: makeChapSecret() });
      reload();
      timeline.record({ kind: 'host.secret-renewed', mac, data: { name } });
      return present(getRow(mac));
    },

    /** The caller removes the host's targets and overlays first. */
    remove(key: string): void {
      const { id, mac, name } = getRow(key);
      store.hosts.remove(id);
      reload();
      timeline.record({ kind: 'host.removed', mac, data: { name } });
    },

    /** Entries were removed: hosts that had one as their default have none now. */
    reload,
  };
}

/** Hosts from before there was CHAP have none. */
function makeMissingSecrets(store: Store): void {
  store.transaction(() => {
    for (const { id, chapSecret } of store.hosts.list()) {
      if (chapSecret === '') store.hosts.update(id, { chapSecret: makeChapSecret() });
    }
  });
}
