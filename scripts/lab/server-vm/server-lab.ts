import { addTap, buildLab, type Lab, type LabOptions, labNet, undoable } from '../lab.ts';
import { type ServerVm, type ServerVmOptions, serverDataDir, startServerVm } from './vm.ts';

/** What a server VM's owner chooses. */
export type ServerVmSpec = Pick<ServerVmOptions, 'disks' | 'dataDiskBytes' | 'memoryMib' | 'root'>;

/** The lab of lab.ts with a VM as the appliance's machine: `tap0` is its cable, eth0 10.77.0.1 its card. */
export interface ServerLab extends Lab {
  readonly vm: ServerVm;
}

/** Builds it and waits until the VM takes commands. Needs root; undone like `startLab`'s. */
export function startServerLab(
  options: LabOptions & { vm?: ServerVmSpec } = {},
): Promise<ServerLab> {
  return undoable(options, async (undo) => {
    const lab = await buildLab(options, undo);
    const { appliance: netns, dir, accel } = lab;
    const tap = 'tap0';
    await addTap(netns, tap);
    const address = `${labNet.applianceAddress}/24`;
    const vm = await startServerVm({ ...options.vm, netns, tap, dir, accel, address });
    undo.push(() => vm.close());
    const { run, start, api } = vm;
    const server = { run, start, api, interfaceName: 'eth0', dataDir: serverDataDir };
    return { ...lab, vm, server };
  });
}
