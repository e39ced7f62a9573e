import type { Run } from './exec.ts';
import type { Lvm } from './lvm-batch.ts';
import { findVolume } from './lvm-pool.ts';

/**
 * While it is read, nothing that is removed or discarded gives metadata back, nor data: its blocks belong to the
 * metadata snapshot too. Not where either could fill meanwhile.
 */
const percentLimits = { data: 90, metadata: 60 };
const timeoutMs = 300_000;

interface PoolNames {
  volumeGroup: string;
  pool: string;
  run: Run;
}

/** The kernel's name of a volume of lvm's: hyphens of its own are doubled (lvm(8)). */
export const toMapperName = (group: string, volume: string, layer: string): string =>
  `${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}${layer}`;

/** What `thin_ls --format DEV,EXCLUSIVE_BYTES` says, by thin id. */
export function parseOwnBytes(text: string): Map<number, number> {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.filter((row) => row.length === 2).map(([id, bytes]) => [Number(id), Number(bytes)]),
  );
}

/** What each thin volume of a pool shares with no other one: how much removing it frees. */
export function createOwnBytes(lvm: Lvm, { volumeGroup, pool, run }: PoolNames) {
  const device = toMapperName(volumeGroup, pool, '-tpool');
  const metadata = `/dev/mapper/${toMapperName(volumeGroup, pool, '_tmeta')}`;
  let stopping = new AbortController();
  let reading: Promise<unknown> = Promise.resolve();

  async function release(): Promise<void> {
    // A pool that has no volumes yet has no such device.
    const { stdout } = await run('dmsetup', ['status', device]).catch(() => ({ stdout: '' }));
    // start length thin-pool transaction metadata data held-root ... (thin-provisioning.rst)
    const [, , , , , , heldRoot = '-'] = stdout.split(' ');
    if (heldRoot === '-') return;
    await run('dmsetup', ['message', device, '0', 'release_metadata_snap']);
  }

  async function read(): Promise<Map<number, number>> {
    const present = await findVolume(lvm, `${volumeGroup}/${pool}`);
    if (!present) return new Map();
    const { dataPercent, metadataPercent } = present;
    if (dataPercent >= percentLimits.data || metadataPercent > percentLimits.metadata) {
      return new Map();
    }
    await release();
    await run('dmsetup', ['message', device, '0', 'reserve_metadata_snap']);
    try {
      const columns = ['--no-headers', '--format', 'DEV,EXCLUSIVE_BYTES'];
      const argv = ['-n', '19', 'thin_ls', '--metadata-snap', ...columns, metadata];
      const options = { timeoutMs, diesWithUs: true, signal: stopping.signal };
      return parseOwnBytes((await run('nice', argv, options)).stdout);
    } finally {
      await release();
    }
  }

  return {
    /**
     * Bytes by thin id. The pool's whole metadata is read, as it was at one moment (a metadata snapshot: the
     * kernel's thin-provisioning.rst), in the time that nobody else needs. None where the pool is too full.
     */
    read(): Promise<Map<number, number>> {
      const result = reading.then(read);
      reading = result.catch(() => undefined);
      return result;
    },
    /** Lets go of the metadata snapshot that a killed process left: while there is one, no space is given back. */
    release,
    /** Ends what is being read; afterwards nothing of the pool is open here. */
    async stop(): Promise<void> {
      stopping.abort();
      await reading;
      stopping = new AbortController();
    },
  };
}
