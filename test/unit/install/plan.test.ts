import { describe, expect, test } from 'vitest';
import { openingCommands } from '../../../src/install/firewall.ts';
import { parseVersion, programPath } from '../../../src/install/layout.ts';
import type { Machine } from '../../../src/install/machine.ts';
import { isSupported, parseOsRelease } from '../../../src/install/os-release.ts';
import { missingPackages, serverPackages } from '../../../src/install/packages.ts';
import { planInstall } from '../../../src/install/plan.ts';

const build = { version: '1.2.0', commit: 'abc1234' };
const unit = '[Unit]\n';
const openPorts = { tcp: [3260, 8051, 8080], udp: [67, 69] };
const path = '/usr/local/lib/cafeboot/cafeboot-1.2.0-abc1234';

/** A Debian as its installer leaves it. */
const fresh: Machine = {
  isRoot: true,
  os: { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
  hasSystemd: true,
  isPackaged: false,
  missingPackages: ['lvm2', 'ipxe'],
  rivals: [],
  firewalls: [],
  linked: undefined,
  unit: undefined,
  hasConfig: false,
  isEnabled: false,
  isActive: false,
};
const done: Machine = {
  ...fresh,
  missingPackages: [],
  linked: path,
  unit,
  hasConfig: true,
  isEnabled: true,
  isActive: true,
};

const plan = (machine: Machine, isForced = false) =>
  planInstall(machine, { build, unit, openPorts, isForced });
const kinds = (machine: Machine) => plan(machine).steps.map(({ kind }) => kind);

describe('what is done', () => {
  test('on a fresh machine: everything, in an order that works', () => {
    const { steps, notices } = plan(fresh);
    expect(steps).toEqual([
      { kind: 'packages', data: { names: 'lvm2 ipxe' } },
      { kind: 'program', data: { path } },
      { kind: 'link', data: { path: '/usr/local/bin/cafeboot', target: path } },
      { kind: 'config', data: { path: '/etc/cafeboot/cafeboot.toml' } },
      { kind: 'unit', data: { path: '/etc/systemd/system/cafeboot.service' } },
      { kind: 'start', data: {} },
    ]);
    expect(notices).toEqual([]);
  });

  test('on one that has it all: nothing', () => expect(kinds(done)).toEqual([]));

  test.each([
    [
      'another build',
      { linked: '/usr/local/lib/cafeboot/cafeboot-1.1.0' },
      ['program', 'link', 'restart'],
    ],
    ['a unit that somebody changed', { unit: 'else' }, ['unit', 'restart']],
    ['a service that is off', { isActive: false }, ['start']],
    ['a service that would not start with the machine', { isEnabled: false }, ['start']],
    ['a package that somebody removed', { missingPackages: ['ipxe'] }, ['packages']],
    ['no target in the kernel', { missingPackages: ['tgt'] }, ['packages', 'disable-tgt']],
    [
      'the data of a former installation',
      { ...fresh, hasConfig: true, missingPackages: [] },
      ['program', 'link', 'unit', 'start'],
    ],
  ])('with %s: that alone', (_, difference, expected) =>
    expect(kinds({ ...done, ...difference })).toEqual(expected),
  );

  test('what of the administrator is in the way is told, not changed', () => {
    const { steps, notices } = plan({ ...done, rivals: ['dnsmasq'], firewalls: ['ufw'] });
    expect(steps).toEqual([]);
    expect(notices.map(({ kind, data }) => [kind, data.name])).toEqual([
      ['rival', 'dnsmasq'],
      ['firewall', 'ufw'],
    ]);
    expect(notices[1]?.data.commands).toContain('ufw allow 69/udp');
  });
});

describe('where it is refused', () => {
  test.each([
    ['install_not_root', { isRoot: false }],
    ['install_no_systemd', { hasSystemd: false }],
    ['install_packaged', { isPackaged: true }],
    ['install_os', { os: { id: 'fedora', versionId: '40', name: 'Fedora 40' } }],
    ['install_os', { os: { id: 'debian', versionId: '11', name: 'Debian 11' } }],
  ])('%s: %o', (code, difference) =>
    expect(() => plan({ ...fresh, ...difference })).toThrow(expect.objectContaining({ code })),
  );

  test('another distribution can be forced, another machine cannot', () => {
    const os = { id: 'linuxmint', versionId: '21', name: 'Linux Mint 21' };
    expect(plan({ ...fresh, os }, true).steps).toHaveLength(6);
    expect(() => plan({ ...fresh, os, isRoot: false }, true)).toThrow();
  });
});

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n', true],
  ['PRETTY_NAME="Ubuntu 24.04.1 LTS"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', true],
  ['PRETTY_NAME="Ubuntu 24.10"\nVERSION_ID="24.10"\nID=ubuntu\n', false],
  ['PRETTY_NAME="Debian GNU/Linux trixie/sid"\nID=debian\n', false],
  ['', false],
])('os-release %j is tried on: %s', (text, expected) =>
  expect(isSupported(parseOsRelease(text))).toBe(expected),
);

test('packages that dpkg knows and that are not whole are missing', () => {
  const status = [
    'Package: lvm2\nStatus: install ok installed\nVersion: 2.03\n',
    'Package: ipxe\nStatus: deinstall ok config-files\n',
    'Package: kmod\nStatus: install ok half-configured\n',
    'Package: dbus\nStatus: hold ok installed\n',
  ].join('\n');
  expect(missingPackages(status, ['lvm2', 'ipxe', 'kmod', 'dbus', 'xfsprogs'])).toEqual([
    ...['ipxe', 'kmod', 'xfsprogs'],
  ]);
  expect(missingPackages('', serverPackages)).toEqual(serverPackages);
});

test.each([
  ['1.2.0 (commit abc1234, Node 26.10.0)\n', build],
  ['1.2.0 (Node 26.10.0)', { version: '1.2.0', commit: null }],
  ['v26.10.0', undefined],
  ['../x (Node 26.10.0)', undefined],
  ['1.2.0 (commit ../../x, Node 26.10.0)', undefined],
])('%j is version %o', (line, expected) => expect(parseVersion(line)).toEqual(expected));

test('builds of one version lie beside each other', () => {
  expect(programPath(build)).toBe(path);
  expect(programPath({ ...build, commit: null })).not.toBe(path);
});

test.each(['ufw', 'firewalld', 'nftables'] as const)(
  '%s is told every port of this machine, and no other',
  (firewall) => {
    const told =
      openingCommands(firewall, openPorts)
        .join('\n')
        .match(/\b\d+\b/g) ?? [];
    expect(told.map(Number).sort((a, b) => a - b)).toEqual([67, 69, 3260, 8051, 8080]);
  },
);
