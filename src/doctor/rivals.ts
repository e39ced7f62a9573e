import { readdir, readlink } from 'node:fs/promises';
import type { Check } from './check.ts';

/** What did our work before us, by the names of its processes. */
const rivalNames = new Set([
  'dnsmasq',
  'in.tftpd',
  'atftpd',
  'dhcpd',
  'kea-dhcp4',
  'pixiecore',
  'nginx',
]);

/** Servers for PCs on this machine, of the former system or of somebody's own making. */
export const rivals: Check = {
  name: 'other services',
  async run({ readText }) {
    const here = await readlink('/proc/self/ns/net');
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(
      pids.map(async (pid) => {
        const name = (await readText(`/proc/${pid}/comm`))?.trim() ?? '';
        if (!rivalNames.has(name)) return [];
        // One in a container of its own network is none.
        const there = await readlink(`/proc/${pid}/ns/net`).catch(() => '');
        return there === here ? [{ name, pid }] : [];
      }),
    );
    // Of one that has several processes, the first.
    const byName = new Map(
      found
        .flat()
        .toReversed()
        .map((each) => [each.name, each]),
    );
    const running = [...byName.values()];
    if (running.length === 0) return [{ verdict: 'ok', code: 'rivals-none', data: {} }];
    return running.map((data) => ({ verdict: 'warn', code: 'rival-running', data }));
  },
};
