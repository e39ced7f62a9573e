/** A line the PC wrote to its serial port. */
export interface SerialLine {
  /** Milliseconds since power-on. */
  atMs: number;
  text: string;
}

/** What a PC has said on its serial port since power-on. */
export interface Serial {
  lines(): readonly SerialLine[];
  /**
   * The first line that matches, also one that is already there or not finished yet; those before the
   * one with the index `from` do not count.
   * Throws with the last lines when none came in time or the PC went off before.
   */
  waitFor(pattern: RegExp, timeoutMs: number, from?: number): Promise<SerialLine>;
  onLine(listener: (line: SerialLine) => void): void;
}

/** The writing side, for the owner of the QEMU process. */
export interface SerialFeed extends Serial {
  push(text: string): void;
  /** No more will come: every wait fails with `reason`. */
  end(reason: string): void;
}

const maxLines = 20_000;
const maxLineLength = 4096;
// Terminal control of SeaBIOS, OVMF and iPXE: CSI sequences, and what else is not text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed here.
const terminalControl = /\x1b\[[0-9;?=]*[A-Za-z]|\x1b.|[\x00-\x08\x0b-\x1f\x7f]/g;

/** `nowMs` tells the time since power-on. */
export function createSerial(name: string, nowMs: () => number): SerialFeed {
  const lines: SerialLine[] = [];
  const listeners = new Set<(line: SerialLine) => void>();
  const waiters = new Set<{ tryLine(line: SerialLine): void; fail(reason: string): void }>();
  let partial = '';
  let ended: string | undefined;

  const clean = (text: string) => text.replaceAll(terminalControl, '').trimEnd();
  const partialLine = (): SerialLine => ({ atMs: nowMs(), text: clean(partial) });

  function pushLine(text: string): void {
    const line = { atMs: nowMs(), text: clean(text) };
    if (line.text === '') return;
    lines.push(line);
    if (lines.length > maxLines) lines.shift();
    for (const waiter of waiters) waiter.tryLine(line);
    for (const listener of listeners) listener(line);
  }

  function lastLines(): string {
    return [...lines.slice(-20), partialLine()].map(({ text }) => `  ${text}`).join('\n');
  }

  return {
    lines: () => lines,
    onLine: (listener) => {
      listeners.add(listener);
    },
    push(text) {
      const [first = '', ...rest] = text.split('\n');
      partial += first;
      for (const next of rest) {
        pushLine(partial);
        partial = next;
      }
      if (partial.length > maxLineLength) {
        pushLine(partial);
        partial = '';
      }
      for (const waiter of waiters) waiter.tryLine(partialLine());
    },
    end(reason) {
      ended = reason;
      pushLine(partial);
      partial = '';
      for (const waiter of waiters) waiter.fail(reason);
    },
    waitFor(pattern, timeoutMs, from = 0) {
      const found = [...lines.slice(from), partialLine()].find(({ text }) => pattern.test(text));
      if (found) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const fail = (reason: string) => {
          clearTimeout(timer);
          waiters.delete(waiter);
          reject(
            new Error(`${name}: ${reason}, waiting for ${pattern}. Last lines:\n${lastLines()}`),
          );
        };
        const timer = setTimeout(() => fail(`nothing in ${timeoutMs} ms`), timeoutMs);
        const waiter = {
          tryLine(line: SerialLine) {
            if (!pattern.test(line.text)) return;
            clearTimeout(timer);
            waiters.delete(waiter);
            resolve(line);
          },
          fail,
        };
        waiters.add(waiter);
        if (ended !== undefined) fail(ended);
      });
    },
  };
}
