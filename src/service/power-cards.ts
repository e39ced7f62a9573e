import { CafebootError } from '../errors.ts';
import { createSmyoo } from '../power/smyoo.ts';
import type { SmyooAccount, SmyooDevice } from '../power/smyoo-wire.ts';
import type { Settings } from './setting-list.ts';

/** How a card is named: by itself, or by the PC whose name it or its note has. */
export interface CardName {
  name?: string | undefined;
  mcuid?: string | undefined;
  mcuname?: string | undefined;
}

export type PowerCard = SmyooDevice;
export type PowerCards = ReturnType<typeof createPowerCards>;

/**
 * The cloud power cards in the PCs. Every call throws `not_found` for a card that is not there,
 * `smyoo_not_set`, `smyoo_unreachable`, `smyoo_login_refused` or `smyoo_refused`.
 */
export function createPowerCards(deps: { settings: () => Settings; now: () => number }) {
  const smyoo = createSmyoo({ account: () => accountOf(deps.settings()), now: deps.now });

  async function get(card: CardName): Promise<PowerCard> {
    const cards = await smyoo.list();
    const { name, mcuid, mcuname } = card;
    const found = mcuid
      ? cards.find((each) => each.mcuid === mcuid)
      : (cards.find((each) => each.mcuname === (mcuname || name)) ??
        cards.find((each) => each.note === (mcuname || name)));
    if (found) return found;
    throw new CafebootError('not_found', { kind: 'card', name: mcuid || mcuname || name || '' });
  }

  return {
    list: smyoo.list,
    get,
    async switch(card: CardName, isOn: boolean): Promise<void> {
      const { mcuid } = await get(card);
      await smyoo.setPower(mcuid, isOn);
    },
  };
}

const accountOf = (settings: Settings): SmyooAccount => ({
  baseUrl: settings.smyooBaseUrl,
  phone: settings.smyooPhone,
  password: settings.smyooPassword,
  appId: settings.smyooAppId,
  endpointOs: settings.smyooEndpointOs,
  clientVersion: settings.smyooClientVersion,
  deviceId: settings.smyooDeviceId,
  context: settings.smyooContext,
  areaId: settings.smyooAreaId,
  autologin: settings.smyooAutologin,
  clientId: settings.smyooClientId,
  clientSecret: settings.smyooClientSecret,
});
