import { formatIpv4, parseIpv4 } from '../dhcp/ipv4.ts';

/** How a cafe numbers its PCs: `pc-007` with prefix `pc-` and width 3. */
export interface NumberingPlan {
  prefix: string;
  width: number;
  /** The address of number 1, counted up from there; empty: none is given. */
  firstAddress: string;
}

/** A PC's name and, where the plan gives any, its address. */
export interface Numbered {
  name: string;
  ip: string | null;
}

/** What PCs have already; names in any case. */
export interface Taken {
  names: ReadonlySet<string>;
  addresses: ReadonlySet<string>;
}

/** The name and address of a number. Undefined where the plan has no such number, or no address for it. */
export function findNumbered(plan: NumberingPlan, number: number): Numbered | undefined {
  const { prefix, width, firstAddress } = plan;
  if (!Number.isInteger(number) || number < 1 || number >= 10 ** width) return undefined;
  const name = prefix + String(number).padStart(width, '0');
  if (firstAddress === '') return { name, ip: null };
  const address = parseIpv4(firstAddress) + number - 1;
  return address < 2 ** 32 ? { name, ip: formatIpv4(address) } : undefined;
}

/**
 * The lowest number whose name and address nobody has. An address that ends in .0 or .255 is passed
 * over: on most networks no PC can have it. Undefined where the plan is used up.
 */
export function findNextNumbered(plan: NumberingPlan, taken: Taken): Numbered | undefined {
  for (let number = 1; ; number++) {
    const numbered = findNumbered(plan, number);
    if (!numbered) return undefined;
    const { name, ip } = numbered;
    const isUsable = ip === null || !(taken.addresses.has(ip) || /\.(0|255)$/.test(ip));
    if (isUsable && !taken.names.has(name.toLowerCase())) return numbered;
  }
}
