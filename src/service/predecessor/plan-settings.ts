import type { SettingKey, Settings } from '../setting-list.ts';
import type { Step } from './plan.ts';

/** Its own lease time, 45 minutes. */
const leaseSeconds = 2700;

interface Wanted {
  key: SettingKey;
  value: unknown;
}

/** Settings that carry over, in an order in which each is valid; what somebody has changed since stays. */
export function planSettings(
  old: Record<string, string>,
  current: Settings,
  defaults: Settings,
): Step[] {
  return wantedSettings(old).map(({ key, value }): Step => {
    const [is, was, wanted] = [current[key], defaults[key], value].map((each) =>
      JSON.stringify(each),
    );
    const detail = key === 'smyooPassword' ? '***' : String(wanted);
    const step = { kind: 'setting', name: key, detail } as const;
    if (is === wanted) return { ...step, action: 'same' };
    if (is !== was) return { ...step, action: 'keep' };
    return { ...step, action: 'add', apply: { kind: 'setting', key, value } };
  });
}

function wantedSettings(old: Record<string, string>): Wanted[] {
  const take = (key: SettingKey, from: string): Wanted[] =>
    old[from] ? [{ key, value: old[from] }] : [];
  const timeout = Number(old.menu_timeout);
  return [
    ...take('targetPrefix', 'iscsi_target_prefix'),
    ...(old.menu_timeout && Number.isInteger(timeout)
      ? [{ key: 'menuTimeoutMs', value: timeout } as const]
      : []),
    ...wantedDhcp(old),
    ...take('smyooPhone', 'smyoo_phone'),
    ...take('smyooPassword', 'smyoo_password'),
  ];
}

/** It gave addresses itself, so its PCs have nobody else to get them from. */
function wantedDhcp(old: Record<string, string>): Wanted[] {
  const { dhcp_subnet: network, dhcp_subnet_mask: mask } = old;
  const { dhcp_range_from: from, dhcp_range_to: to, dhcp_broadcast_address: broadcast } = old;
  if (!network || !mask || !from || !to) return [];
  const list = (text: string | undefined) => (text ?? '').split(/[\s,]+/).filter(Boolean);
  const [routers, dnsServers] = [list(old.dhcp_routers), list(old.dhcp_dns_servers)];
  const subnet = {
    subnet: `${network}/${prefixOf(mask)}`,
    range: `${from}-${to}`,
    ...(routers.length > 0 && { routers }),
    ...(dnsServers.length > 0 && { dnsServers }),
    ...(broadcast && { broadcast }),
    leaseSeconds,
  };
  return [
    { key: 'dhcpSubnets', value: [subnet] },
    { key: 'dhcpMode', value: 'full' },
  ];
}

/** `255.255.255.0` is 24. */
export function prefixOf(mask: string): number {
  const bits = mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return bits.join('').replaceAll('0', '').length;
}

/** What does not carry over by itself, and what to do about it. */
export function planNotes(old: Record<string, string>, unreadable: readonly string[]): Step[] {
  const note = (name: string, detail: string): Step => ({
    ...{ action: 'note', kind: 'setting', name, detail },
  });
  const { volume_group_name: group, http_root_path: root, http_base_url: url } = old;
  const networkCard = old.dhcp_interface;
  return [
    ...(group
      ? [note('volume_group_name', `${group}: setting volumeGroup, before the first image`)]
      : []),
    ...(networkCard
      ? [note('dhcp_interface', `${networkCard}: setting servedInterfaces; none: all`)]
      : []),
    ...(root ? [note('http_root_path', `${root}: copy what is needed into boot/`)] : []),
    ...(url && !url.endsWith(':8080') ? [note('http_base_url', `${url}: --http-port`)] : []),
    ...unreadable.map((key) => note(key, 'cannot be read')),
  ];
}
