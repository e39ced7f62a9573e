/** Runs work of one key strictly one after another; different keys run side by side. */
export type Serialise = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/** The key of all work on one host's disks. */
export const hostKey = (hostId: number): string => `host:${hostId}`;

/** The key of all work on one image's versions and draft. */
export const imageKey = (imageId: number): string => `image:${imageId}`;

/** A failed piece of work does not stop those queued behind it. */
export function createSerialise(): Serialise {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const previous = tails.get(key) ?? Promise.resolve();
    const result = previous.then(work, work);
    const tail = result.catch(() => {});
    tails.set(key, tail);
    void tail.then(() => {
      if (tails.get(key) === tail) tails.delete(key);
    });
    return result;
  };
}
