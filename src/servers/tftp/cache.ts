/** File contents in memory, least recently used out first. */
export interface FileCache {
  readonly sizeBytes: number;
  /** The cached bytes, or what `load` gives; asked for twice at once, it loads once. */
  get(path: string, identity: string, load: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

/** `identity` tells a file's states apart: with another one than last time, the file is loaded again. */
export function createFileCache(maxBytes: number): FileCache {
  const entries = new Map<string, { identity: string; bytes: Uint8Array }>();
  const loading = new Map<string, Promise<Uint8Array>>();
  let sizeBytes = 0;

  const drop = (path: string) => {
    sizeBytes -= entries.get(path)?.bytes.length ?? 0;
    entries.delete(path);
  };
  const keep = (path: string, identity: string, bytes: Uint8Array) => {
    drop(path);
    entries.set(path, { identity, bytes });
    sizeBytes += bytes.length;
    for (const oldest of entries.keys()) {
      if (sizeBytes <= maxBytes) break;
      drop(oldest);
    }
  };

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async get(path, identity, load) {
      const entry = entries.get(path);
      if (entry?.identity === identity) {
        entries.delete(path);
        entries.set(path, entry);
        return entry.bytes;
      }
      const flight = `${identity} ${path}`;
      const already = loading.get(flight);
      if (already) return already;
      const started = load().finally(() => loading.delete(flight));
      loading.set(flight, started);
      const bytes = await started;
      keep(path, identity, bytes);
      return bytes;
    },
  };
}
