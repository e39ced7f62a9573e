import type { Lab } from '../../scripts/lab/lab.ts';
import { run } from '../../scripts/lab/run.ts';

/** What a server in the lab's namespace that has ended still has of the machine: sockets that listen, mounts, loop devices. */
export async function whatIsLeftOf(lab: Lab, dataDir: string): Promise<string[]> {
  const { appliance } = lab;
  const ports = await appliance.run(['ss', '-Hlntup']);
  const sockets = await appliance.run(['ss', '-Hlx']);
  const mounts = await appliance.run(['cat', '/proc/mounts']);
  const loops = await run(['losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE']);
  const ofDataDir = [sockets, mounts, loops]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(dataDir));
  return [...ports.split('\n').filter(Boolean), ...ofDataDir];
}
