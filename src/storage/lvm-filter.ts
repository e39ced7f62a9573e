import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Run } from './exec.ts';

/** Read by every lvm command after lvm.conf, whose values it replaces; Debian leaves it to the machine's owner. */
const localConfig = '/etc/lvm/lvmlocal.conf';
const begin =
  '# cafeboot: these disks are read through loop devices. lvm must not find them twice.';
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
  async function othersPatterns(): Promise<string> {
    const argv = ['lvmconfig', '--type', 'current', 'devices/global_filter'];
    const said = await run('lvm', argv).catch(() => ({ stdout: '' }));
    return /global_filter=\[?([^\]\n]*)/.exec(said.stdout)?.[1] ?? '';
  }

  return {
    /** Hides exactly these disks; none: takes our filter away. */
    async hide(disks: readonly string[]): Promise<void> {
      const text = await read();
      const others = withoutFilter(text);
      if (disks.length === 0) {
        if (others !== text) await write(others);
        return;
      }
      const ours = disks.map(patternOf);
      if (ours.every((pattern) => text.includes(pattern)) && text.includes(begin)) return;
      if (others !== text) await write(others);
      await write(withFilter(others, [...ours, await othersPatterns()].filter(Boolean)));
    },
  };
}

/** Characters that mean something in a pattern become any one character. */
const patternOf = (disk: string) => `"r|^${disk.replace(/[^A-Za-z0-9/_-]/g, '.')}$|"`;

export function withFilter(text: string, patterns: readonly string[]): string {
  const setting = `devices/global_filter=[${patterns.join(', ')}]`;
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}${begin}\n${setting}\n${end}\n`;
}

export function withoutFilter(text: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) return text;
  return text.slice(0, from) + text.slice(to + end.length).replace(/^\n/, '');
}
