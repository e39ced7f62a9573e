import { CafebootError, codeOf, type ErrorCode } from '../../errors.ts';
import type { Services } from '../../service/services.ts';
import {
  type PresetHandler,
  type PresetMessage,
  type PresetResult,
  toResult,
} from '../../thrift/messages.ts';
import {
  BootMenu,
  BootMenuList,
  MessageType,
  SmyooDeviceInfo,
  SmyooDevicePowerData,
} from '../../thrift/preset.ts';
import { decodeStruct, encodeStruct } from '../../thrift/structs.ts';

/** The server's result codes; programs know them by number. */
export const codes = {
  success: 0,
  exception: 3,
  timeout: 4,
  unknownType: 5,
  unknownHost: 6,
  connectFailed: 7,
  noEntry: 1101,
  badPowerStatus: 1201,
  powerFailed: 1202,
  powerSession: 1203,
  notFound: 2001,
} as const;

type UsedServices = Pick<Services, 'entries' | 'hosts' | 'updateHost' | 'agents' | 'powerCards'>;

/** Every failure's code that is not `exception`, whatever was asked. */
const generalCodes: Partial<Record<ErrorCode, number>> = {
  agent_elsewhere: codes.connectFailed,
  agent_unreachable: codes.connectFailed,
  agent_timeout: codes.timeout,
  smyoo_not_set: codes.powerSession,
  smyoo_login_refused: codes.powerSession,
  smyoo_refused: codes.powerFailed,
  smyoo_unreachable: codes.powerFailed,
};

/** Something was wrong with what was asked, and has a code of its own. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What each message type does; each is small enough to be read beside the contract's table. */
export function createMessageHandler(
  services: UsedServices,
  describeError: (error: CafebootError) => string,
): PresetHandler {
  const { entries, hosts, agents, powerCards } = services;

  /** The host that a message is about, by name. */
  function hostOf({ host }: PresetMessage): string {
    if (host) return host;
    throw new Refusal(codes.unknownHost, 'the message names no host');
  }

  /** Runs `work` with `not_found` as this code. */
  async function orCode<Result>(code: number, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CafebootError) || error.code !== 'not_found') throw error;
      throw new Refusal(code, describeError(error));
    }
  }

  async function forward(message: PresetMessage): Promise<PresetResult> {
    const name = hostOf(message);
    return orCode(codes.unknownHost, () => agents.forward(name, message));
  }

  async function getBootMenu(): Promise<PresetResult> {
    const menus = entries.list().map(({ name }) => name);
    return toResult(codes.success, encodeStruct(new BootMenuList({ menus })));
  }

  async function setBootMenu(message: PresetMessage): Promise<PresetResult> {
    const name = hostOf(message);
    const { menu, superTube } = decodeStruct(BootMenu, message.body, ['menu', 'superTube']);
    await orCode(codes.notFound, async () => hosts.get(name));
    await orCode(codes.noEntry, async () => entries.get(menu));
    services.updateHost(name, { entry: menu, super: superTube });
    return toResult(codes.success, 'success');
  }

  async function getCard(message: PresetMessage): Promise<PresetResult> {
    const name = hostOf(message);
    const card = await orCode(codes.notFound, () => powerCards.get({ name }));
    return toResult(codes.success, encodeStruct(new SmyooDeviceInfo(card)));
  }

  async function setCardPower(message: PresetMessage): Promise<PresetResult> {
    const name = hostOf(message);
    const data = decodeStruct(SmyooDevicePowerData, message.body, ['status']);
    const { status, mcuid, mcuname } = data;
    if (status !== 0 && status !== 1) {
      throw new Refusal(codes.badPowerStatus, `the status is ${status}; it is 1 for on, 0 for off`);
    }
    await orCode(codes.notFound, () => powerCards.switch({ name, mcuid, mcuname }, status === 1));
    return toResult(codes.success, 'success');
  }

  const actions: Partial<Record<number, (message: PresetMessage) => Promise<PresetResult>>> = {
    [MessageType.PING]: async () => toResult(codes.success, 'pong'),
    [MessageType.GET_HOST_INFO]: forward,
    [MessageType.SET_HOST_INFO]: forward,
    [MessageType.GET_USER_LIST]: forward,
    [MessageType.SET_USER_PASSWORD]: forward,
    [MessageType.GET_BOOT_MENU]: getBootMenu,
    [MessageType.SET_BOOT_MENU]: setBootMenu,
    [MessageType.GET_SMYOO_DEVICE_INFO]: getCard,
    [MessageType.SET_SMYOO_DEVICE_POWER]: setCardPower,
  };

  function failed(error: unknown): PresetResult {
    if (error instanceof Refusal) return toResult(error.code, error.message);
    const known = error instanceof CafebootError ? error : new CafebootError('internal');
    return toResult(generalCodes[codeOf(error)] ?? codes.exception, describeError(known));
  }

  return {
    async handleMessage(message) {
      const action = actions[message.type];
      if (!action) return toResult(codes.unknownType, 'unknown message type');
      try {
        return await action(message);
      } catch (error) {
        return failed(error);
      }
    },
  };
}
