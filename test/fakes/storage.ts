import { copyFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CafebootError } from '../../src/errors.ts';
import { checkVolumeName } from '../../src/storage/names.ts';
import type { Session, TargetServer, TargetSpec } from '../../src/storage/targets.ts';
import type { Capacity, VolumeStore } from '../../src/storage/volumes.ts';

type Operation = 'create' | 'snapshot' | 'remove' | 'ensure' | 'sessions';

/** Makes chosen operations fail: `failNext('snapshot', error)` fails the next one. */
function createFaults() {
  const planned: [Operation, Error][] = [];
  return {
    failNext: (operation: Operation, error: Error) => void planned.push([operation, error]),
    check(operation: Operation): void {
      const index = planned.findIndex(([each]) => each === operation);
      const [fault] = index < 0 ? [] : planned.splice(index, 1);
      if (fault) throw fault[1];
    },
  };
}

/** A copy of a blank disk this large would write all its zeros. */
const largeBytes = 1024 ** 3;

/** A file of any size that takes no room. */
async function makeBlank(path: string, sizeBytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, sizeBytes);
}

/** Volumes as plain files in a temporary directory; a snapshot is a copy. For faults and speed in unit tests. */
export async function createFakeVolumes() {
  const directory = await mkdtemp(join(tmpdir(), 'cafeboot-fake-'));
  const faults = createFaults();
  const path = (name: string) => {
    checkVolumeName(name);
    return join(directory, name);
  };
  const inactive = new Set<string>();
  const capacity: Partial<Capacity> = {};
  const exists = (name: string) =>
    stat(path(name)).then(
      () => true,
      () => false,
    );
  const store: VolumeStore = {
    kind: 'reflink',
    async create(name, sizeBytes) {
      faults.check('create');
      if (await exists(name)) throw new CafebootError('already_exists', { volume: name });
      await makeBlank(path(name), sizeBytes);
    },
    async snapshot(origin, name) {
      faults.check('snapshot');
      const from = await stat(path(origin)).catch(() => undefined);
      if (!from) throw new CafebootError('not_found', { volume: origin });
      if (await exists(name)) throw new CafebootError('already_exists', { volume: name });
      if (from.blocks > 0 || from.size < largeBytes) await copyFile(path(origin), path(name));
      else await makeBlank(path(name), from.size);
    },
    async remove(name) {
      faults.check('remove');
      await rm(path(name), { force: true });
    },
    grow: (name, sizeBytes) => truncate(path(name), sizeBytes),
    activate: async (name) => void inactive.delete(name),
    async list() {
      const names = (await readdir(directory)).sort();
      const found = await Promise.all(
        names.map(async (name) => {
          const size = await stat(path(name)).then(
            (info) => info.size,
            () => undefined,
          );
          // Removed since its name was read.
          if (size === undefined) return [];
          return [{ name, sizeBytes: size, usedBytes: size, isActive: !inactive.has(name) }];
        }),
      );
      return found.flat();
    },
    ownBytes: async (names) => new Map(names.map((name) => [name, 4096])),
    devicePath: path,
    capacity: async () => ({ totalBytes: 1e12, usedBytes: 0, health: 'good', ...capacity }),
    close: async () => {},
  };
  const names = async () => (await store.list()).map(({ name }) => name);
  return {
    store,
    names,
    inactive,
    capacity,
    ...faults,
    cleanUp: () => rm(directory, { recursive: true }),
  };
}

/** Targets in memory; sessions are what a test says. */
export function createFakeTargets() {
  const faults = createFaults();
  const specs = new Map<string, TargetSpec>();
  const sessions: Session[] = [];
  const server: TargetServer = {
    kind: 'tgt',
    firstLun: 1,
    async ensure(spec) {
      faults.check('ensure');
      const present = specs.get(spec.name);
      if (present && JSON.stringify(present) === JSON.stringify(spec)) return 'unchanged';
      specs.set(spec.name, spec);
      return present ? 'replaced' : 'created';
    },
    async compare(spec) {
      const present = specs.get(spec.name);
      if (!present) return 'missing';
      return JSON.stringify(present) === JSON.stringify(spec) ? 'same' : 'different';
    },
    async remove(name) {
      specs.delete(name);
    },
    list: async () => [...specs.keys()].sort(),
    refusals: async () => [],
    async sessions() {
      faults.check('sessions');
      return [...sessions];
    },
    close: async () => {},
  };
  return { server, specs, sessions, ...faults };
}
