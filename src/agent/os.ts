/** A PC's processor, memory, network cards and graphics cards. */
export interface Inventory {
  cpu: { model: string; threads: number };
  memoryBytes: number;
  nics: { name: string; mac: string }[];
  gpus: string[];
}

/** What the agent does with the OS that it runs in; all that differs between systems. */
export interface OperatingSystem {
  /** Name and version, as people know them. */
  describe(): Promise<{ os: string; version: string }>;
  /** Names of the graphics cards. */
  listGpus(): Promise<string[]>;
  /** The address of the server that this PC was booted by, where the system knows it. */
  findServer(): Promise<string | undefined>;
  /** Login names of people: not of services, not the administrator's own. */
  listUsers(): Promise<string[]>;
  /** Throws where the system refuses it. */
  setPassword(user: string, password: string): Promise<void>;
  setHostName(name: string): Promise<void>;
  shutDown(): Promise<void>;
  reboot(): Promise<void>;
}

/** A program with its arguments, and what it reads. */
export interface Command {
  file: string;
  args: string[];
  input?: string;
}

/** Runs one to its end and returns what it printed; throws where it failed. */
export type RunCommand = (command: Command) => Promise<string>;
