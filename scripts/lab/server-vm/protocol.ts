/** A program to start. */
export interface ProgramRequest {
  argv: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
}

/** An HTTP request to a unix socket in the guest. */
export interface HttpRequest {
  socketPath: string;
  method: string;
  path: string;
  /** JSON text. */
  body?: string;
}

/** A line to the agent. Whoever starts something chooses its `id`, and names it by that later. */
export type ToAgent =
  | { id: number; start: ProgramRequest }
  | { id: number; write: string }
  | { id: number; endInput: true }
  | { id: number; kill: NodeJS.Signals }
  | { id: number; http: HttpRequest }
  /** Milliseconds since the epoch, for the guest's clock. */
  | { clock: number };

/** A line from the agent. */
export type FromAgent =
  | { ready: true }
  | { id: number; started: number }
  | { id: number; stdout: string }
  | { id: number; stderr: string }
  /** The program ended and all its output is there; null: by a signal. */
  | { id: number; exited: number | null }
  /** The answer to `http`. */
  | { id: number; status: number; body: string }
  /** It did not start (`ENOENT`), or there was no answer. */
  | { id: number; failed: string; message: string };
