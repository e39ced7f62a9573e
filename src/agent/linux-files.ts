/** What Debian's login.defs has where it says nothing else. */
const defaultUids = { UID_MIN: 1_000, UID_MAX: 60_000 };
const noLogin = /\/(nologin|false|sync)$/;

/** The accounts of people in an /etc/passwd: by the range of /etc/login.defs, with a shell. */
export function parseHumanUsers(passwd: string, loginDefs: string): string[] {
  const uid = (name: keyof typeof defaultUids) =>
    Number(new RegExp(`^\\s*${name}\\s+(\\d+)`, 'm').exec(loginDefs)?.[1] ?? defaultUids[name]);
  const [lowest, highest] = [uid('UID_MIN'), uid('UID_MAX')];
  return passwd.split('\n').flatMap((line) => {
    const [name = '', , id = '', , , , shell = ''] = line.split(':');
    const isHuman = id !== '' && Number(id) >= lowest && Number(id) <= highest;
    return isHuman && !noLogin.test(shell) ? [name] : [];
  });
}

/** Name and version of an os-release(5) file. */
export function parseOsRelease(text: string): { os: string; version: string } {
  const value = (key: string) =>
    new RegExp(`^${key}=(?:"(.*)"|'(.*)'|(.*))$`, 'm').exec(text)?.slice(1).find(Boolean);
  return {
    os: value('NAME') ?? 'Linux',
    version: value('VERSION') ?? value('VERSION_ID') ?? '',
  };
}

/** The address after `cafeboot.server=` on the kernel's command line. */
export const parseServerArgument = (commandLine: string): string | undefined =>
  /(?:^|\s)cafeboot\.server=(\S+)/.exec(commandLine)?.[1];

/** The name of a PCI device in a pci.ids file; ids are four hex digits. */
export function findPciName(ids: string, vendor: string, device: string): string | undefined {
  const start = new RegExp(`^${vendor}  (.+)$`, 'm').exec(ids);
  if (!start) return undefined;
  const rest = ids.slice(start.index + start[0].length);
  // The vendor's devices are indented; the next vendor's line is not.
  const end = rest.search(/\n[0-9a-fC]/);
  const devices = end < 0 ? rest : rest.slice(0, end);
  const name = new RegExp(`^\\t${device}  (.+)$`, 'm').exec(devices)?.[1];
  return name === undefined ? undefined : `${start[1]} ${name}`;
}
