import { hostname, networkInterfaces } from 'node:os';
import type { Logger } from 'pino';
import { isHostName } from '../net/host-name.ts';
import {
  type PresetHandler,
  type PresetMessage,
  type PresetResult,
  toResult,
  UnknownMessage,
} from '../thrift/messages.ts';
import {
  HostInfo,
  type HostInfoFields,
  MessageType,
  UserList,
  UserPassword,
  type UserPasswordFields,
} from '../thrift/preset.ts';
import { decodeStruct, encodeStruct } from '../thrift/structs.ts';
import type { OperatingSystem } from './os.ts';
import { makeReport } from './report.ts';

/** The guest agent's result codes; programs know them by number. */
export const agentCodes = {
  success: 0,
  unknown: 10002,
  invalidBody: 10003,
  getHostInfo: 10101,
  setHostInfo: 10201,
  getUserList: 10301,
  setUserPassword: 10401,
} as const;

export interface MessageDeps {
  system: OperatingSystem;
  serverAddress: string;
  log: Logger;
}

/** What each message type does in this OS. */
export function createMessageHandler({ system, serverAddress, log }: MessageDeps): PresetHandler {
  const done = toResult(agentCodes.success, 'success');

  async function setHostInfo({ hostName, ipAddress }: HostInfoFields): Promise<PresetResult> {
    // Its disk hangs on its address, which DHCP gave it: it is told, never set.
    if (ipAddress !== '' && ipAddress !== addressTowards(serverAddress)) {
      return toResult(agentCodes.setHostInfo, 'the address of a network-booted PC is not changed');
    }
    if (!isHostName(hostName)) {
      return toResult(agentCodes.setHostInfo, 'not a host name');
    }
    await system.setHostName(hostName);
    return done;
  }

  async function setPassword({ userName, password }: UserPasswordFields): Promise<PresetResult> {
    if (!(await system.listUsers()).includes(userName)) {
      return toResult(agentCodes.setUserPassword, `no account of a person is called ${userName}`);
    }
    await system.setPassword(userName, password);
    return done;
  }

  const actions: Partial<Record<number, Action>> = {
    [MessageType.PING]: {
      failure: agentCodes.unknown,
      prepare: () => async () => toResult(agentCodes.success, 'pong'),
    },
    [MessageType.GET_HOST_INFO]: {
      failure: agentCodes.getHostInfo,
      prepare: () => async () => {
        const info = { hostName: hostname(), ipAddress: addressTowards(serverAddress) };
        return toResult(agentCodes.success, encodeStruct(new HostInfo(info)));
      },
    },
    [MessageType.SET_HOST_INFO]: {
      failure: agentCodes.setHostInfo,
      prepare({ body }) {
        const info = decodeStruct(HostInfo, body, ['hostName', 'ipAddress']);
        return () => setHostInfo(info);
      },
    },
    [MessageType.GET_USER_LIST]: {
      failure: agentCodes.getUserList,
      prepare: () => async () => {
        const users = await system.listUsers();
        return toResult(agentCodes.success, encodeStruct(new UserList({ users })));
      },
    },
    [MessageType.SET_USER_PASSWORD]: {
      failure: agentCodes.setUserPassword,
      prepare({ body }) {
        const account = decodeStruct(UserPassword, body, ['userName', 'password']);
        return () => setPassword(account);
      },
    },
    [MessageType.SHUT_DOWN]: {
      failure: agentCodes.unknown,
      prepare: () => () => system.shutDown().then(() => done),
    },
    [MessageType.REBOOT]: {
      failure: agentCodes.unknown,
      prepare: () => () => system.reboot().then(() => done),
    },
    [MessageType.GET_OS_REPORT]: {
      failure: agentCodes.unknown,
      prepare: () => async () =>
        toResult(agentCodes.success, JSON.stringify(await makeReport(system))),
    },
  };

  return {
    async handleMessage(message) {
      const action = actions[message.type];
      if (!action) throw new UnknownMessage(message.type);
      let act: () => Promise<PresetResult>;
      try {
        act = action.prepare(message);
      } catch (error) {
        return toResult(agentCodes.invalidBody, (error as Error).message);
      }
      try {
        return await act();
      } catch (error) {
        log.error({ err: error, type: message.type }, 'request failed');
        return toResult(action.failure, (error as Error).message);
      }
    },
  };
}

/** A body is read before anything is done: one that cannot be read has a code of its own. */
interface Action {
  failure: number;
  prepare(message: PresetMessage): () => Promise<PresetResult>;
}

/** This PC's address on the server's network, else its first one. */
function addressTowards(server: string): string {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
  const near = all.find(
    ({ address, netmask }) => toNetwork(address, netmask) === toNetwork(server, netmask),
  );
  return (near ?? all[0])?.address ?? '';
}

const toNetwork = (address: string, netmask: string): string => {
  const mask = netmask.split('.');
  return address
    .split('.')
    .map((part, index) => Number(part) & Number(mask[index]))
    .join('.');
};
