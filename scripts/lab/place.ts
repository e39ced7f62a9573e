import type { Argv, Running, RunOptions, StartOptions } from './run.ts';

/** Where programs can be run: a namespace of this machine, or the server VM. */
export interface Place {
  /** As `run` of run.ts, there. */
  run(argv: Argv, options?: RunOptions): Promise<string>;
  /** As `start` of run.ts, there. The program never outlives this process. */
  start(argv: Argv, options?: StartOptions): Running;
}
