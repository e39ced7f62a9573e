import { expect } from 'vitest';
import type { LabServer } from '../../scripts/lab/lab.ts';
import type { Running } from '../../scripts/lab/run.ts';
import type { ApiCall } from '../../src/cli/client.ts';
import { hasCode } from '../../src/errors.ts';
import type { Image } from '../../src/service/images.ts';
import type { Task } from '../../src/service/tasks.ts';
import type { PaperPc, Ticket } from './paper-pcs.ts';

export interface CafeLifeOptions {
  /** The same numbers, the same life. */
  seed: number;
  /** The last one is in super mode. */
  pcs: readonly PaperPc[];
  place: LabServer;
  /** Where the pool has a volume. */
  deviceOf: (volume: string) => string;
  /** Of the server that runs now. */
  api: () => ApiCall;
}

const imageName = 'win';
const mebibyte = 1024 ** 2;

/** A small generator with a seed (Marsaglia's xorshift32): a run that failed can be run again. */
function createRandom(seed: number) {
  let state = seed || 1;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.abs(state) % below;
  };
}

export type CafeLife = ReturnType<typeof createCafeLife>;

/**
 * What happens in a cafe all day, at random and much of it at once: PCs boot, are reset, a golden disk is
 * changed, published, rolled back, images come and go. It remembers what the server said it had done.
 */
export function createCafeLife({ seed, pcs, place, deviceOf, api }: CafeLifeOptions) {
  const random = createRandom(seed);
  const editor = pcs.at(-1) as PaperPc;
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item;
  /** Versions that the server has said are there, and that nobody asked it to remove. */
  const kept = new Set<number>();
  const sums = new Map<number, string>();
  const done = new Map<string, number>();
  let extra = 0;

  const call = (...args: Parameters<ApiCall>) => api()(...args);
  const image = async () => (await call('GET', `/images/${imageName}`)) as Image;
  const numbers = ({ versions }: Image) => versions.map(({ number }) => number);

  /** A file of random data in the VM. */
  const randomFile = async (sizeMib: number): Promise<string> => {
    const path = `${place.dataDir}/import-${sizeMib}.raw`;
    const copy = [`of=${path}`, 'bs=1M', `count=${sizeMib}`, 'status=none'];
    await place.run(['dd', 'if=/dev/urandom', ...copy]);
    return path;
  };

  async function finished({ id }: Task): Promise<void> {
    await expect
      .poll(async () => ((await call('GET', `/tasks/${id}`)) as Task).state, { timeout: 120_000 })
      .toBe('done');
  }

  /** Changes the draft's disk, as its editor would. */
  async function scribble(): Promise<void> {
    const { draft } = await image();
    if (!draft) return;
    const where = [`of=${deviceOf(draft.volume)}`, 'bs=4k', 'count=1', `seek=${random(4_000)}`];
    await place.run(['dd', 'if=/dev/urandom', ...where, 'conv=notrunc,fsync', 'status=none']);
  }

  async function edit(): Promise<void> {
    if (await editor.ask(imageName)) await scribble();
  }

  const deeds: Record<string, () => Promise<unknown>> = {
    boot: () => pick(pcs.slice(0, -1)).ask(imageName),
    edit,
    reset: () => call('POST', `/hosts/${pick(pcs).name}/reset`, {}),
    async publish() {
      await edit();
      const setSuper = (isSuper: boolean) =>
        call('PATCH', `/hosts/${editor.name}`, { super: isSuper });
      // From its script on, an editor may be on its way to its disk for two minutes; not one that boots as others do.
      await setSuper(false);
      await editor.ask(imageName);
      const published = await call('POST', `/images/${imageName}/publish`, {});
      kept.add((published as Image).published ?? 0);
      await setSuper(true);
    },
    discard: () => call('DELETE', `/images/${imageName}/draft`),
    grow: async () =>
      call('POST', `/images/${imageName}/grow`, {
        sizeBytes: ((await image()).draft?.sizeBytes ?? 0) + 4 * mebibyte,
      }),
    rollBack: async () =>
      call('POST', `/images/${imageName}/rollback`, { version: pick(numbers(await image())) }),
    async removeVersion() {
      const number = pick(numbers(await image()));
      kept.delete(number);
      try {
        await call('DELETE', `/images/${imageName}/versions/${number}`);
      } catch (error) {
        if (hasCode(error, 'version_in_use')) kept.add(number);
        throw error;
      }
    },
    async import() {
      extra += 1;
      const path = `${place.dataDir}/import-16.raw`;
      await call('POST', '/images/import', { name: `extra-${extra}`, kind: 'data', path });
    },
    async removeImage() {
      const images = (await call('GET', '/images')) as Image[];
      const others = images.filter(({ name }) => name !== imageName);
      if (others.length > 0) await call('DELETE', `/images/${pick(others).name}`);
    },
  };

  /** One deed; refused or cut off by the end of the server, it is no matter here. */
  async function act(): Promise<void> {
    const [name, deed] = pick(Object.entries(deeds));
    await deed().then(
      () => done.set(name, (done.get(name) ?? 0) + 1),
      () => undefined,
    );
  }

  async function workFor(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) await act();
  }

  return {
    random,

    /** Images, an entry and all PCs. */
    async open(): Promise<void> {
      await randomFile(16);
      const path = await randomFile(48);
      await finished(
        (await call('POST', '/images/import', { name: imageName, kind: 'os', path })) as Task,
      );
      kept.add(1);
      await call('POST', '/entries', { name: imageName, os: imageName });
      for (const { name, mac } of pcs) {
        const isSuper = name === editor.name;
        await call('POST', '/hosts', { name, mac, entry: imageName, super: isSuper });
      }
      for (const pc of pcs) expect(await pc.ask(imageName), pc.name).toBeDefined();
    },

    /** So many workers, each a few deeds long; resolves when the server has answered or is gone. */
    work: async (workers: number): Promise<void> => {
      await Promise.all(Array.from({ length: workers }, () => workFor(4)));
    },

    /** PCs that read their disks without end. */
    async startReaders(): Promise<Running[]> {
      const tickets: [PaperPc, Ticket][] = [];
      for (const pc of pcs.slice(0, -1)) {
        const ticket = await pc.ask(imageName).catch(() => undefined);
        if (ticket) tickets.push([pc, ticket]);
      }
      return tickets.map(([pc, ticket]) => pc.read(ticket));
    },

    /** Reconcile has left nothing to do, every kept version is there, and every PC gets its disk. */
    async check(): Promise<void> {
      const leftToDo = () => call('POST', '/reconcile', { dryRun: true });
      await expect.poll(leftToDo, { timeout: 120_000, interval: 1_000 }).toEqual([]);
      const { versions, published } = await image();
      const present = versions.map(({ number }) => number);
      expect(present).toEqual(expect.arrayContaining([...kept]));
      expect(present).toContain(published);
      // What was cut off may have been done, or not.
      for (const number of present) kept.add(number);
      const pc = pick(pcs);
      const ticket = await pc.ask(imageName);
      expect(ticket, pc.name).toBeDefined();
      if (ticket) await pc.logIn(ticket);
    },

    /** No version has another content than when it was first seen. */
    async checkSums(): Promise<void> {
      for (const { number, volume } of (await image()).versions) {
        const said = await place.run(['md5sum', deviceOf(volume)], { timeoutMs: 120_000 });
        const [sum = ''] = said.split(' ');
        if (!sums.has(number)) sums.set(number, sum);
        expect(sum, `version ${number}`).toBe(sums.get(number));
      }
    },

    summary: (): string => JSON.stringify({ kept: [...kept], done: Object.fromEntries(done) }),
  };
}
