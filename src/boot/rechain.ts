import type { Client } from './client.ts';
import type { DhcpPlan } from './plan.ts';

/**
 * A PC whose iPXE was given a boot file this often lately gets the script whatever else is known.
 * More than one, because iPXE repeats a DISCOVER it saw no answer to.
 */
const maxRecentRechains = 4;

/**
 * Whether to load our iPXE into a PC that already runs another one.
 * A stock undionly.kpxe says `iPXE` just as the ROM that loaded it: given a boot file each time, it
 * would load itself for ever. Three signs end that, each enough: it repeats the bare `PXEClient` of
 * the cached reply it was started with; it fetched our file moments ago; it was told too often.
 */
export function wantsRechain({ stage, vendorClass, ipxe }: Client, plan: DhcpPlan): boolean {
  if (stage !== 'ipxe' || plan.rechain === 'never') return false;
  if (plan.rechain === 'missing-features' && ipxe?.http && ipxe.iscsi) return false;
  const chained = vendorClass === 'PXEClient' || plan.bootFileFetched;
  return !chained && plan.recentRechains < maxRecentRechains;
}
