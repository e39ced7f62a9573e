import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { CafebootError } from '../errors.ts';
import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';

const text = (maxLength: number) => Type.String({ maxLength });
const amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const inventory = Type.Object({
  cpu: Type.Object({ model: text(200), threads: amount }),
  memoryBytes: amount,
  nics: Type.Array(Type.Object({ name: text(64), mac: text(17) }), { maxItems: 32 }),
  gpus: Type.Array(text(200), { maxItems: 16 }),
});

/** What a PC's OS tells of itself when it is up, and its guest agent when it is asked. */
export const osReportSchema = Type.Object({
  os: text(100),
  version: text(100),
  /** How long it has been up: a duration, since a PC's clock may be wrong. */
  uptimeMs: Type.Optional(Type.Number({ minimum: 0, maximum: 1e13 })),
  inventory: Type.Optional(inventory),
});

export type OsReport = Static<typeof osReportSchema>;
export type Inventory = Static<typeof inventory>;

/** A host's OS as it was when it last reported. Times are epoch milliseconds. */
export interface HostOs {
  os: string;
  version: string;
  address: string;
  reportedAt: number;
  bootedAt: number | null;
  inventory: Inventory | null;
}

export type OsReports = ReturnType<typeof createOsReports>;

export function createOsReports({ store, now }: { store: Store; now: () => number }) {
  return {
    /** Takes note of what the OS at `address` says; what it did not say now is forgotten. */
    save(host: HostRow, address: string, report: OsReport): void {
      const { os, version, uptimeMs, inventory: hardware } = report;
      store.osReports.set({
        hostId: host.id,
        reportedAt: now(),
        bootedAt: uptimeMs === undefined ? null : Math.round(now() - uptimeMs),
        inventory: hardware === undefined ? null : JSON.stringify(hardware),
        ...{ address, os, version },
      });
    },
    /** Undefined where it never reported. */
    find({ id }: HostRow): HostOs | undefined {
      const row = store.osReports.find(id);
      if (!row) return undefined;
      const { hostId: _, inventory: json, ...rest } = row;
      return { ...rest, inventory: json === null ? null : (JSON.parse(json) as Inventory) };
    },
  };
}

/** A guest agent's answer. Throws `agent_failed` where it is no report. */
export function parseOsReport(address: string, json: string): OsReport {
  try {
    const report: unknown = JSON.parse(json);
    if (Value.Check(osReportSchema, report)) return report;
  } catch {
    // No JSON is no report either.
  }
  throw new CafebootError('agent_failed', { address, reason: 'its report is not well formed' });
}
