import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  findPciName,
  parseHumanUsers,
  parseOsRelease,
  parseServerArgument,
} from './linux-files.ts';
import type { OperatingSystem, RunCommand } from './os.ts';

const pciDevices = '/sys/bus/pci/devices';
const pciNames = '/usr/share/misc/pci.ids';
/** There once the iscsi_ibft module is loaded. */
const ibftServer = '/sys/firmware/ibft/target0/ip-addr';
/** The first byte of a PCI class: display controllers. */
const displayClass = '0x03';

const readIfThere = (path: string) => readFile(path, 'utf8').catch(() => '');

/** Debian, Ubuntu and their like, with systemd or without. */
export function createLinux(runCommand: RunCommand): OperatingSystem {
  /** Without systemd the same names are programs of their own. */
  async function leave(how: 'poweroff' | 'reboot'): Promise<void> {
    const hasSystemd = await access('/run/systemd/system').then(
      () => true,
      () => false,
    );
    await runCommand(hasSystemd ? { file: 'systemctl', args: [how] } : { file: how, args: [] });
  }

  return {
    describe: async () => parseOsRelease(await readIfThere('/etc/os-release')),

    async listGpus() {
      const names = await readIfThere(pciNames);
      const found: string[] = [];
      for (const device of await readdir(pciDevices).catch(() => [])) {
        const read = async (file: string) =>
          (await readIfThere(join(pciDevices, device, file))).trim();
        if (!(await read('class')).startsWith(displayClass)) continue;
        const [vendor, model] = [(await read('vendor')).slice(2), (await read('device')).slice(2)];
        found.push(findPciName(names, vendor, model) ?? `PCI ${vendor}:${model}`);
      }
      return found;
    },

    async findServer() {
      const named = parseServerArgument(await readIfThere('/proc/cmdline'));
      return named ?? ((await readIfThere(ibftServer)).trim() || undefined);
    },

    listUsers: async () =>
      parseHumanUsers(await readIfThere('/etc/passwd'), await readIfThere('/etc/login.defs')),

    async setPassword(user, password) {
      // Its input has a line for each account: neither may begin another one.
      if (/[\n\r\0:]/.test(user) || /[\n\r\0]/.test(password)) throw new Error('not a password');
      await runCommand({ file: 'chpasswd', args: [], input: `${user}:${password}\n` });
    },

    async setHostName(name) {
      await runCommand({ file: 'hostname', args: [name] });
      await writeFile('/etc/hostname', `${name}\n`);
    },

    shutDown: () => leave('poweroff'),
    reboot: () => leave('reboot'),
  };
}
