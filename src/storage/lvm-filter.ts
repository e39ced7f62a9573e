import { readFile, rename, writeFile } from 'node:fs/promises';
import type { DeviceNames } from './block-devices.ts';
import type { Run } from './exec.ts';

/** Read by every lvm command after lvm.conf, whose values it replaces; Debian leaves it to the machine's owner. */
const localConfig = '/etc/lvm/lvmlocal.conf';
const begin =
  '# cafeboot: these disks are read through loop devices. lvm must not find them twice.';
const before = '# cafeboot: the filter before:';
const end = '# cafeboot: end';

/**
 * What keeps every lvm command of this machine, ours and people's, from the bare disk below a read cache:
 * its loop device shows the same volume group. What somebody filters already stays in force.
 */
export function createLvmFilter(run: Run, path = localConfig) {
  const read = () => readFile(path, 'utf8').catch(() => '');

  async function write(text: string): Promise<void> {
    await writeFile(`${path}.cafeboot`, text);
    await rename(`${path}.cafeboot`, path);
  }

  /** Patterns of the filter that holds without ours, as lvm writes them. */
  async function findPatterns(): Promise<string> {
    const argv = ['lvmconfig', '--type', 'current', 'devices/global_filter'];
    const said = await run('lvm', argv).catch(() => ({ stdout: '' }));
    return /global_filter=\[?([^\]\n]*)/.exec(said.stdout)?.[1] ?? '';
  }

  return {
    /** Hides exactly these disks; none: takes our filter away. */
    async hide(disks: readonly DeviceNames[]): Promise<void> {
      const text = await read();
      const rest = withoutFilter(text);
      const theirs = rest === text ? await findPatterns() : theirsIn(text);
      const wanted = disks.length === 0 ? rest : withFilter(rest, disks, theirs);
      if (wanted !== text) await write(wanted);
    },
  };
}

/** Characters that mean something in a pattern become any one character. */
const rejecting = (name: string) => `"r|^${name.replace(/[^A-Za-z0-9/_-]/g, '.')}$|"`;

/**
 * One name that a filter rejects is enough, unless it accepts another name of the same disk: where somebody
 * accepts any, all names are rejected. lvm.conf(5), `filter`.
 */
export function withFilter(text: string, disks: readonly DeviceNames[], theirs: string): string {
  const names = disks.flatMap(({ lasting, all }) => (theirs === '' ? [lasting] : all));
  const patterns = [...names.map(rejecting), ...(theirs === '' ? [] : [theirs])];
  const setting = `devices/global_filter=[${patterns.join(', ')}]`;
  const above = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${above}${[begin, `${before}${theirs}`, setting, end].join('\n')}\n`;
}

export function withoutFilter(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return text;
  return text.slice(0, from) + text.slice(to + end.length).replace(/^\n/, '');
}

function theirsIn(text: string): string {
  const line = text.split('\n').find((each) => each.startsWith(before));
  return line?.slice(before.length) ?? '';
}
