/** What can be asked of a PC's power. */
export const powerActions = ['on', 'off', 'reboot'] as const;
export type PowerAction = (typeof powerActions)[number];

/** Through the guest agent in its OS, by a magic packet, by its cloud power card. */
export const powerMeans = ['agent', 'wol', 'smyoo'] as const;
export type PowerMeans = (typeof powerMeans)[number];

/** A power card presses the power button: whether that reboots is up to the PC, so it does not count. */
const abilities: Record<PowerMeans, readonly PowerAction[]> = {
  agent: ['off', 'reboot'],
  wol: ['on'],
  smyoo: ['on', 'off'],
};

/** Those of a host's means that can do it, in the host's order. */
export const meansFor = (order: readonly PowerMeans[], action: PowerAction): PowerMeans[] =>
  order.filter((means) => abilities[means].includes(action));
