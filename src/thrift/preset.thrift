/**
 * What dbc speaks: the service `Preset`, of cafeboot and of the guest agent inside a PC's OS. Names, ids,
 * types and numbers are those of programs that exist, and never change.
 *
 * A message's body, and a result's message where it carries data, is one of the structs below, serialised.
 * Their fields are `string` to the known clients; here they are `binary`, which is the same on the wire, so
 * that bytes which are no UTF-8 (a length from 128 on) pass unchanged.
 */

enum MessageType {
  PING = 1,
  GET_HOST_INFO = 2,
  SET_HOST_INFO = 3,
  GET_USER_LIST = 4,
  SET_USER_PASSWORD = 5,
  GET_BOOT_MENU = 32,
  SET_BOOT_MENU = 33,
  GET_SMYOO_DEVICE_INFO = 34,
  SET_SMYOO_DEVICE_POWER = 35,

  // Ours, from 1000 on: what the guest agent answers beside the above.
  SHUT_DOWN = 1000,
  REBOOT = 1001,
  /** The result's message is what the agent reports at the OS's start: JSON, not a struct. */
  GET_OS_REPORT = 1002,
}

struct ResultStruct {
  1: required i32 code,
  2: required binary message,
}

struct Message {
  1: required i32 version,
  2: required i32 type,
  3: required binary body,
  /** A PC's name. */
  4: optional string host,
}

struct HostInfo {
  1: required string hostName,
  2: required string ipAddress,
}

struct UserList {
  1: required list<string> users,
}

struct UserPassword {
  1: required string userName,
  2: required string password,
}

struct BootMenuList {
  1: required list<string> menus,
}

struct BootMenu {
  1: required string menu,
  2: required bool superTube,
}

struct SmyooDeviceInfo {
  1: required string mcuname,
  2: required string note,
  3: required i32 isonline,
  4: required i32 power,
  5: required string mcuid,
}

struct SmyooDevicePowerData {
  1: required i32 status,
  2: optional string mcuid,
  3: optional string mcuname,
}

exception InvalidMessageType {
  1: i32 whatType,
  2: string why,
}

service Preset {
  string ping(),
  ResultStruct handleMessage(1: Message msg) throws (1: InvalidMessageType ouch),
}
