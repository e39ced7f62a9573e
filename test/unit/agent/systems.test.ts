import { describe, expect, test } from 'vitest';
import {
  findPciName,
  parseHumanUsers,
  parseOsRelease,
  parseServerArgument,
} from '../../../src/agent/linux-files.ts';
import type { Command } from '../../../src/agent/os.ts';
import { createWindows, parseList } from '../../../src/agent/windows.ts';
import { windowsCommands } from '../../../src/agent/windows-commands.ts';

describe('Linux', () => {
  test('accounts of people are those of the range that have a shell', () => {
    const passwd = [
      'root:x:0:0:root:/root:/bin/bash',
      'www-data:x:33:33::/var/www:/usr/sbin/nologin',
      'player:x:1000:1000:,,,:/home/player:/bin/bash',
      'ftp:x:1001:1001::/:/usr/sbin/nologin',
      'off:x:1002:1002::/:/bin/false',
      'nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin',
      'zoë:x:5000:5000::/:/bin/zsh',
      '',
    ].join('\n');
    expect(parseHumanUsers(passwd, '')).toEqual(['player', 'zoë']);
    expect(parseHumanUsers(passwd, '#UID_MIN 1\nUID_MIN\t\t 2000\nUID_MAX 4999')).toEqual([]);
  });

  test.each([
    ['NAME="Debian GNU/Linux"\nVERSION="12 (bookworm)"', 'Debian GNU/Linux', '12 (bookworm)'],
    ["PRETTY_NAME=x\nNAME=Arch\nVERSION_ID='rolling'", 'Arch', 'rolling'],
    ['', 'Linux', ''],
  ])('os-release %#', (text, os, version) => {
    expect(parseOsRelease(text)).toEqual({ os, version });
  });

  test('the kernel command line names the server', () => {
    expect(parseServerArgument('ro cafeboot.server=10.0.0.1 quiet')).toBe('10.0.0.1');
    expect(parseServerArgument('ro xcafeboot.server=10.0.0.1')).toBeUndefined();
  });

  test('a PCI device has a name where the list has it, under its own vendor', () => {
    const ids =
      '# list\n10de  NVIDIA\n\t2504  GA106 [RTX 3060]\n\t\t1 2  Sub\n1234  QEMU\n\t1111  VGA\n';
    expect(findPciName(ids, '10de', '2504')).toBe('NVIDIA GA106 [RTX 3060]');
    expect(findPciName(ids, '1234', '1111')).toBe('QEMU VGA');
    expect(findPciName(ids, '10de', '1111')).toBeUndefined();
    expect(findPciName('', '10de', '1111')).toBeUndefined();
  });
});

describe('Windows', () => {
  /** Runs no program: what it would run, and what that would print. */
  function windowsThatPrints(output: string) {
    const commands: Command[] = [];
    const system = createWindows(async (command) => {
      commands.push(command);
      return output;
    });
    return { system, commands };
  }

  test('names and passwords go in by standard input, as base64, never as arguments', async () => {
    const { system, commands } = windowsThatPrints('');
    await system.setPassword('玩家', `a"b'$(calc)`);
    const [{ file, args, input } = { file: '', args: [], input: '' }] = commands;
    expect(file).toBe('powershell.exe');
    expect(args.slice(0, 3)).toEqual(['-NoProfile', '-NonInteractive', '-Command']);
    expect(args.join(' ')).not.toMatch(/玩家|calc/);
    expect(args[3]).toContain('Set-LocalUser -Name $in[0]');
    const lines = (input ?? '').trim().split('\n');
    expect(lines.map((line) => Buffer.from(line, 'base64').toString())).toEqual([
      '玩家',
      `a"b'$(calc)`,
    ]);
    // The same script whatever the values: nothing of them is ever part of it.
    expect(windowsCommands.setPassword('x', 'y').args).toEqual(args);
    expect(windowsCommands.setHostName('pc-1').args[3]).toContain(
      'Rename-Computer -NewName $in[0]',
    );
  });

  test('leaving, so that the answer still gets out', () => {
    expect(windowsCommands.shutDown()).toEqual({
      file: 'shutdown.exe',
      args: ['/s', '/f', '/t', '2'],
    });
    expect(windowsCommands.reboot().args).toEqual(['/r', '/f', '/t', '2']);
  });

  test('what it prints is read, also where there is one or none', async () => {
    const os = windowsThatPrints('{"Caption":"Microsoft Windows 11 Pro ","Version":"10.0.22631"}');
    expect(await os.system.describe()).toEqual({
      os: 'Microsoft Windows 11 Pro',
      version: '10.0.22631',
    });
    expect(await windowsThatPrints('["player","网管"]').system.listUsers()).toEqual([
      'player',
      '网管',
    ]);
    expect(await windowsThatPrints('"10.0.0.1"').system.findServer()).toBe('10.0.0.1');
    expect(await windowsThatPrints('').system.findServer()).toBeUndefined();
    expect(parseList('[null,"NVIDIA"]')).toEqual(['NVIDIA']);
  });
});
