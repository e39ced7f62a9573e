import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import type { DiskFiles, DiskSource } from '../../storage/disk-files.ts';
import type { Store } from '../../store/store.ts';
import type { TaskRow } from '../../store/tasks.ts';
import type { Entries } from '../entries.ts';
import type { Host, HostFields } from '../host-fields.ts';
import type { Hosts } from '../hosts.ts';
import type { Images } from '../images.ts';
import type { PoolGauge } from '../pool-gauge.ts';
import { type Settings, settingsSchema } from '../setting-list.ts';
import type { TaskControl, Tasks } from '../tasks.ts';
import { type Apply, planMigration, type Step } from './plan.ts';
import { readPredecessor } from './read.ts';

export interface MigrationDeps {
  store: Store;
  settings: () => Settings;
  setSetting: (key: string, value: unknown) => unknown;
  addHost: (fields: HostFields & { mac: string; name: string }) => Host;
  updateHost: (key: string, fields: HostFields) => Host;
  hosts: Hosts;
  entries: Entries;
  images: Images;
  diskFiles: DiskFiles;
  pool: Pick<PoolGauge, 'admit' | 'filling'>;
  tasks: Tasks;
  prepareAll: () => void;
}

export interface MigrationFields {
  /** A directory of DBC-CloudCyberCafe. */
  from: string;
  /** Where each disk is, as `NAME/disk.img` or `NAME.img`. */
  disks?: string | undefined;
}

/** Where it mounts the volumes of its disks. */
const defaultDisks = '/mnt';

export type Migration = ReturnType<typeof createMigration>;

/** Takes over a cafe from DBC-CloudCyberCafe; what was taken over before, or made here, stays. */
export function createMigration(deps: MigrationDeps) {
  const { hosts, entries, images, diskFiles, pool, tasks } = deps;

  async function plan({ from, disks = defaultDisks }: MigrationFields): Promise<Step[]> {
    const old = await readPredecessor(from, deps.store);
    const found = new Map<string, string>();
    for (const { name } of old.images) {
      const path = await findDisk(disks, name);
      if (path !== undefined) found.set(name, path);
    }
    return planMigration(old, {
      settings: deps.settings(),
      defaults: Value.Default(settingsSchema, {}) as Settings,
      images: images.list().map(({ name }) => name),
      entries: entries.list(),
      hosts: hosts.list(),
      findDisk: (name) => found.get(name),
      disksDirectory: disks,
    });
  }

  /** Everything but disks, which take a moment each. */
  function apply(step: Apply): void {
    if (step.kind === 'setting') deps.setSetting(step.key, step.value);
    if (step.kind === 'host-entry') deps.updateHost(step.mac, { entry: step.entry });
    if (step.kind === 'host') {
      const { kind: _, ...fields } = step;
      deps.addHost(fields);
    }
    if (step.kind === 'entry') {
      const { kind: _, position, ...fields } = step;
      entries.add(fields);
      entries.update(step.name, { position });
    }
  }

  /** One that cannot be keeps no other back; why is told at the end. */
  function applyAll(steps: readonly Apply[]): unknown[] {
    return steps.flatMap((step) => {
      try {
        apply(step);
        return [];
      } catch (error) {
        return [error];
      }
    });
  }

  /** One after another: they come from the same disk. */
  async function copyDisks(steps: Extract<Apply, { kind: 'image' }>[], control: TaskControl) {
    const sources: DiskSource[] = [];
    for (const { path } of steps) sources.push(await diskFiles.inspect(path));
    const totalBytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let before = 0;
    for (const [index, source] of sources.entries()) {
      const step = steps[index];
      if (!step) continue;
      await pool.admit();
      const { name, imageKind: kind, description } = step;
      const onProgress = (doneBytes: number) => control.progress(before + doneBytes, totalBytes);
      const fill = await images.begin({ name, kind, description }, source.sizeBytes);
      await fill((devicePath) =>
        pool.filling(control.signal, (signal) =>
          diskFiles.copyIn(source, devicePath, { signal, onProgress }),
        ),
      );
      before += source.sizeBytes;
    }
  }

  return {
    /** What `start` would do. Changes nothing. Throws as reading the directory does. */
    plan,

    /**
     * Does it, as a task: settings, then disks, then the entries and PCs that boot them. What fails or is
     * cancelled leaves what was done until then; another one goes on from there.
     */
    async start(fields: MigrationFields): Promise<TaskRow> {
      const first = await plan(fields);
      return tasks.start('migrate', fields.from, async (control) => {
        const todo = first.flatMap((step) => step.apply ?? []);
        const faults = applyAll(todo.filter(({ kind }) => kind === 'setting'));
        await copyDisks(
          todo.filter((step) => step.kind === 'image'),
          control,
        );
        faults.push(...applyAll(todo.filter(({ kind }) => !['setting', 'image'].includes(kind))));
        deps.prepareAll();
        if (faults.length > 0) throw faults[0];
      });
    },
  };
}

async function findDisk(directory: string, name: string): Promise<string | undefined> {
  // A name is a file's name, not a way out of the directory.
  if (name === '' || name.includes('/') || name.startsWith('.')) return undefined;
  for (const path of [join(directory, name, 'disk.img'), join(directory, `${name}.img`)]) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
