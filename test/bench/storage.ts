import { join } from 'node:path';
import { type ServerLab, startServerLab } from '../../scripts/lab/server-vm/server-lab.ts';
import { ours, type Section } from './frame.ts';
import type { HostsResult } from './guest/hosts.ts';
import type { ThroughputResult } from './guest/throughput.ts';

const hosts = 250;
const timeoutMs = 30 * 60_000;

/** What a script of guest/ prints, run in the VM. */
async function inVm<Result>({ vm }: ServerLab, script: string, ...args: string[]): Promise<Result> {
  const path = join(import.meta.dirname, 'guest', `${script}.ts`);
  return JSON.parse(await vm.run([process.execPath, path, ...args], { timeoutMs })) as Result;
}

/** One value that was measured already. */
const sample = (name: string, value: number) => ({
  name,
  run: async () => ({ value, failures: 0 }),
});

/**
 * Real disks, in the server VM: what a host's overlay and target cost beside targetcli, whether that grows
 * with the number of hosts, and what LIO on a thin volume reads and writes beside other layouts.
 */
export const storageSection: Section = {
  name: 'storage',
  async run(measure) {
    const lab = await startServerLab({
      vm: { memoryMib: 2048, disks: [{ name: 'scratch', sizeBytes: 4 * 2 ** 30 }] },
    });
    try {
      const one = { repeats: 1, better: 'smaller', unit: 'ms' } as const;
      const made = await inVm<HostsResult>(lab, 'hosts', String(hosts));
      await measure({
        ...one,
        name: 'a target, 10 present; targetcli: a process a command',
        contenders: [
          sample(ours, made.targetAt10Ms),
          sample('targetcli', made.targetcliCommandsMs),
        ],
        budget: { peer: 'targetcli', ratio: 0.1 },
      });
      await measure({
        ...one,
        name: `a target, ${hosts} present; targetcli: in a batch`,
        contenders: [sample(ours, made.targetAtEndMs), sample('targetcli', made.targetcliBatchMs)],
        budget: { peer: 'targetcli', ratio: 0.1 },
      });
      for (const [name, atEnd, at10] of [
        ['overlay', made.overlayAtEndMs, made.overlayAt10Ms],
        ['target', made.targetAtEndMs, made.targetAt10Ms],
      ] as const) {
        await measure({
          ...one,
          name: `${name} of host ${hosts} beside that of host 10`,
          contenders: [sample(ours, atEnd), sample('host 10', at10)],
          budget: { peer: 'host 10', ratio: 1.5 },
        });
      }
      const throughput = await inVm<ThroughputResult>(lab, 'throughput');
      for (const [work, speeds] of Object.entries(throughput)) {
        const { 'LIO, thin LV': thin, ...others } = speeds;
        const peers = Object.entries(others).map(([layout, speed]) => sample(layout, speed));
        await measure({
          name: `${work} from a thin LV by iSCSI`,
          unit: 'MiB/s',
          better: 'larger',
          repeats: 1,
          contenders: [sample(ours, thin), ...peers],
          budget: { peer: 'LIO, file on ext4', ratio: 0.8 },
        });
      }
    } finally {
      await lab.close();
    }
  },
};
