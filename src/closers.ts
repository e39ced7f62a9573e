import type { Logger } from 'pino';

export type Closers = ReturnType<typeof createClosers>;

/** A stack of things to close, the last opened first; also when opening one of them fails. */
export function createClosers(log: Logger) {
  const closers: (() => unknown)[] = [];
  return {
    add: (close: () => unknown) => void closers.push(close),
    async closeAll() {
      for (const close of closers.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          log.error({ err: error }, 'close failed');
        }
      }
    },
  };
}
