import type { AuditFilter, AuditRow } from '../store/audit.ts';
import type { Store } from '../store/store.ts';

/** Something that somebody changed: by which request, and to what. */
export type AuditEntry = AuditRow;
export type NewAuditEntry = Omit<AuditRow, 'id' | 'at'>;

export type Audit = ReturnType<typeof createAudit>;

const targetLength = 300;
const kept = 100_000;

/** Who did what, in the console and by the API. */
export function createAudit({ store, now }: { store: Store; now: () => number }) {
  return {
    record: (entry: NewAuditEntry): void =>
      store.audit.add({ ...entry, target: entry.target.slice(0, targetLength), at: now() }),
    /** Latest first. */
    list: (filter: AuditFilter): AuditEntry[] => store.audit.list(filter),
    prune: (keptDays: number): void => store.audit.prune(now() - keptDays * 86_400_000, kept),
  };
}
