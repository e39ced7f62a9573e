import { Type } from 'typebox';
import type { SubnetFields } from '../../boot/subnet.ts';
import { proposeSubnet } from '../../boot/subnet-proposal.ts';
import { CafebootError } from '../../errors.ts';
import { csrfField } from '../../http/csrf.ts';
import { findGateway } from '../../net/gateway.ts';
import { listInterfaces } from '../../net/interfaces.ts';
import type { Settings } from '../../service/setting-list.ts';
import { splitTexts } from './setting-values.ts';

const text = Type.Optional(Type.String({ maxLength: 1_000 }));
const csrf = { [csrfField]: Type.Optional(Type.String()) };

/** A subnet's form; `former` is the one that it changes, empty for a new one. */
export const subnetForm = Type.Object({
  former: text,
  subnet: Type.String({ maxLength: 100 }),
  range: Type.String({ maxLength: 100 }),
  routers: text,
  dnsServers: text,
  broadcast: text,
  leaseMinutes: text,
  options: Type.Optional(Type.String({ maxLength: 40_000 })),
  ...csrf,
});
export const bySubnet = Type.Object({ subnet: Type.String({ maxLength: 100 }), ...csrf });

export type SubnetForm = Partial<Record<keyof SubnetFields | 'former' | 'leaseMinutes', string>>;

const secondsPerMinute = 60;

/** The subnet as the setting has it; what is left empty is not in it. */
export function readSubnetForm(form: SubnetForm): SubnetFields {
  const routers = splitTexts(form.routers);
  const dnsServers = splitTexts(form.dnsServers);
  const broadcast = form.broadcast?.trim() ?? '';
  const leaseMinutes = form.leaseMinutes?.trim() ?? '';
  const options = (form.options ?? '').split('\n').map((line) => line.trim());
  const given = options.filter((line) => line !== '');
  if (leaseMinutes !== '' && !/^\d+$/.test(leaseMinutes)) {
    const context = { value: leaseMinutes, reason: '', reasonCode: 'type-integer' };
    throw new CafebootError('invalid_value', { ...context, field: 'leaseMinutes' });
  }
  return {
    subnet: (form.subnet ?? '').trim(),
    range: (form.range ?? '').replace(/\s/g, '').replace(/[–—~～]/, '-'),
    ...(routers.length > 0 && { routers }),
    ...(dnsServers.length > 0 && { dnsServers }),
    ...(broadcast !== '' && { broadcast }),
    ...(leaseMinutes !== '' && { leaseSeconds: Number(leaseMinutes) * secondsPerMinute }),
    ...(given.length > 0 && { options: given }),
  };
}

/** The list with this subnet in the place of the former one, or at its end. */
export function putSubnet(
  subnets: readonly SubnetFields[],
  former: string,
  subnet: SubnetFields,
): SubnetFields[] {
  const isThere = subnets.some((each) => each.subnet === former);
  if (!isThere) return [...subnets, subnet];
  return subnets.map((each) => (each.subnet === former ? subnet : each));
}

/** What was refused, said of the form's field that it is about. */
export function toFormProblem(error: unknown): unknown {
  if (!(error instanceof CafebootError) || error.code !== 'invalid_value') return error;
  const { part, item: _, ...context } = error.context;
  if (typeof part !== 'string') return error;
  const field = part === 'leaseSeconds' ? 'leaseMinutes' : part;
  return new CafebootError('invalid_value', { ...context, part, field }, { cause: error });
}

/** A subnet for the first LAN that is served and has none yet. */
export async function proposeNextSubnet(settings: Settings): Promise<SubnetFields | undefined> {
  const { servedInterfaces: served, dhcpSubnets } = settings;
  const lans = listInterfaces().filter(({ name }) => served.length === 0 || served.includes(name));
  for (const { name, address, netmask } of lans) {
    const proposed = proposeSubnet({ address, netmask, gateway: await findGateway(name) });
    if (proposed && !dhcpSubnets.some(({ subnet }) => subnet === proposed.subnet)) return proposed;
  }
  return undefined;
}
