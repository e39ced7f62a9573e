import type { OperatingSystem, RunCommand } from './os.ts';
import { windowsCommands as commands } from './windows-commands.ts';

/** Windows 10 and 11. What it runs is in windows-commands.ts. */
export function createWindows(runCommand: RunCommand): OperatingSystem {
  const list = async (command: Parameters<RunCommand>[0]) => parseList(await runCommand(command));
  const act = async (command: Parameters<RunCommand>[0]) => void (await runCommand(command));
  return {
    async describe() {
      const { Caption, Version } = JSON.parse(await runCommand(commands.describe())) as {
        Caption?: string;
        Version?: string;
      };
      return { os: (Caption ?? 'Windows').trim(), version: Version ?? '' };
    },
    listGpus: () => list(commands.listGpus()),
    findServer: async () => (await list(commands.findServer()))[0],
    listUsers: () => list(commands.listUsers()),
    setPassword: (user, password) => act(commands.setPassword(user, password)),
    setHostName: (name) => act(commands.setHostName(name)),
    shutDown: () => act(commands.shutDown()),
    reboot: () => act(commands.reboot()),
  };
}

/** `ConvertTo-Json` prints nothing for an empty list on some versions, and null for a missing name. */
export function parseList(json: string): string[] {
  const value: unknown = json.trim() === '' ? [] : JSON.parse(json);
  return (Array.isArray(value) ? value : [value]).filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
}
