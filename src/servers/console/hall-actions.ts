import { type Static, Type } from 'typebox';
import type { CafebootError } from '../../errors.ts';
import { csrfField } from '../../http/csrf.ts';
import { toKnown } from '../../http/statuses.ts';
import type { HostFields } from '../../service/host-fields.ts';
import type { Services } from '../../service/services.ts';

const name = Type.String({ minLength: 1, maxLength: 64 });
/** An empty field leaves what it is about as it is; `-` takes it away. */
const choice = Type.Optional(Type.String({ maxLength: 64 }));

/** The hall's form: what to do with the hosts that are ticked. */
export const hallAction = Type.Object({
  action: Type.Enum(['on', 'off', 'reboot', 'reset', 'change']),
  hosts: Type.Union([name, Type.Array(name, { minItems: 1, maxItems: 1_000 })]),
  entry: choice,
  nextEntry: choice,
  group: choice,
  super: Type.Optional(Type.Enum(['', 'on', 'off'])),
  [csrfField]: Type.Optional(Type.String()),
});
export type HallAction = Static<typeof hallAction>;

export interface HallActionResult {
  done: number;
  failed: { host: string; error: CafebootError }[];
}

/** Does it to each; one that fails keeps no other from it. */
export async function actOnHosts(
  services: Services,
  { action, hosts: given, ...change }: HallAction,
): Promise<HallActionResult> {
  const hosts = typeof given === 'string' ? [given] : given;
  if (action === 'on' || action === 'off' || action === 'reboot') {
    services.power.switch(action, { hosts });
    return { done: hosts.length, failed: [] };
  }
  const fields = toFields(change);
  const result: HallActionResult = { done: 0, failed: [] };
  for (const host of hosts) {
    try {
      if (action === 'reset') await services.resetHost(host);
      else services.updateHost(host, fields);
      result.done += 1;
    } catch (error) {
      result.failed.push({ host, error: toKnown(error) });
    }
  }
  return result;
}

const chosen = (value: string | undefined): string | null | undefined => {
  if (value === undefined || value.trim() === '') return undefined;
  return value === '-' ? null : value.trim();
};

function toFields({ entry, nextEntry, group, super: mode }: Partial<HallAction>): HostFields {
  const values = { entry: chosen(entry), nextEntry: chosen(nextEntry), group: chosen(group) };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(mode && { super: mode === 'on' }) };
}
