import { join } from 'node:path';

/** Where things are on a server that `cafeboot install` has made. */
export const layout = {
  /** What people and systemd start: a link to one of `programs`. */
  link: '/usr/local/bin/cafeboot',
  programs: '/usr/local/lib/cafeboot',
  unitName: 'cafeboot.service',
  unit: '/etc/systemd/system/cafeboot.service',
  config: '/etc/cafeboot/cafeboot.toml',
  cache: '/var/cache/cafeboot',
  /** There where the Debian package is installed. */
  packaged: '/usr/bin/cafeboot',
} as const;

/** Which build a program is. */
export interface ProgramVersion {
  version: string;
  commit: string | null;
}

/** Where a build is kept: several lie beside each other, so that there is a way back. */
export function programPath({ version, commit }: ProgramVersion): string {
  return join(layout.programs, `cafeboot-${version}${commit === null ? '' : `-${commit}`}`);
}

/** What `cafeboot --version` says, as `describeBuild` writes it; undefined for another program's words. */
export function parseVersion(line: string): ProgramVersion | undefined {
  const [, version, commit] =
    /^(\d[\w.+~-]*) \((?:commit ([\w-]+), )?Node [\d.]+\)$/.exec(line.trim()) ?? [];
  return version === undefined ? undefined : { version, commit: commit ?? null };
}
