import type { Run } from './exec.ts';
import { hasLio, startLio } from './lio.ts';
import { startLvmThin } from './lvm-thin.ts';
import { startReflinkStore } from './reflink.ts';
import type { TargetServer } from './targets.ts';
import { startTgt } from './tgt.ts';
import type { Portal } from './tgt-daemon.ts';
import type { VolumeStore } from './volumes.ts';

export interface VolumeOptions {
  dataDir: string;
  /** Of a new pool; 0: what is sensible. */
  poolSizeBytes: number;
  /** Empty: files below the data directory. */
  volumeGroup: string;
  thinPool: string;
  readCache: boolean;
  run: Run;
  /** See `LvmThinOptions`. */
  onCacheFailed: (error: unknown) => void;
  onSaveFailed: (error: unknown) => void;
}

/** `lvm-thin` where a volume group is named, else `reflink`. */
export function startVolumes(options: VolumeOptions): Promise<VolumeStore> {
  const { dataDir, poolSizeBytes: sizeBytes, volumeGroup, thinPool, run } = options;
  if (volumeGroup !== '') {
    const { readCache, onCacheFailed, onSaveFailed } = options;
    return startLvmThin({
      ...{ volumeGroup, pool: thinPool, sizeBytes, run, readCache },
      ...{ onCacheFailed, onSaveFailed },
    });
  }
  return startReflinkStore({ dataDir, run, ...(sizeBytes > 0 && { poolSizeBytes: sizeBytes }) });
}

export interface TargetOptions {
  kind: 'auto' | 'lio' | 'tgt';
  portals: Portal[];
  runDir: string;
  run: Run;
  /** See `LioOptions`. */
  onSaveFailed: (error: unknown) => void;
  /** See `TgtOptions`. */
  onDown: (error: unknown) => void;
}

/** `auto`: `lio` where this kernel has it, else `tgt`. */
export async function startTargets(options: TargetOptions): Promise<TargetServer> {
  const { kind, portals, runDir, run, onSaveFailed, onDown } = options;
  const isLio = kind === 'lio' || (kind === 'auto' && (await hasLio(run)));
  return isLio
    ? startLio({ portals, run, onSaveFailed })
    : startTgt({ runDir, portals, run, onDown });
}
