import service from './gen/Preset.js';
import types from './gen/preset_types.js';

/**
 * The generated classes and numbers. The compiler makes CommonJS whose names an ES module cannot import one
 * by one, so they are taken apart here, once.
 */
export const { Client, Processor } = service;
export const {
  BootMenu,
  BootMenuList,
  HostInfo,
  InvalidMessageType,
  Message,
  MessageType,
  ResultStruct,
  SmyooDeviceInfo,
  SmyooDevicePowerData,
  UserList,
  UserPassword,
} = types;
export type { Client as PresetClient, Processor as PresetProcessor } from './gen/Preset.js';
export type {
  HostInfo as HostInfoFields,
  Message as MessageFields,
  UserPassword as UserPasswordFields,
} from './gen/preset_types.js';
