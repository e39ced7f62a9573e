/** Which distribution a machine runs, as `/etc/os-release` has it. */
export interface OsRelease {
  /** `debian`, `ubuntu`, ... */
  id: string;
  /** `12`, `24.04`; empty for one that rolls. */
  versionId: string;
  /** For people. */
  name: string;
}

/** Those that it is tried on. */
const supported: Readonly<Record<string, readonly string[]>> = {
  debian: ['12', '13'],
  ubuntu: ['20.04', '22.04', '24.04'],
};

/** Parses the text of `/etc/os-release`. */
export function parseOsRelease(text: string): OsRelease {
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const [, name, quoted, bare] = /^([A-Z_]+)=(?:"(.*)"|(.*))$/.exec(line.trim()) ?? [];
      return name === undefined ? [] : [[name, quoted ?? bare ?? ''] as const];
    }),
  );
  const id = values.get('ID') ?? '';
  const versionId = values.get('VERSION_ID') ?? '';
  return { id, versionId, name: values.get('PRETTY_NAME') ?? `${id} ${versionId}`.trim() };
}

/** Whether cafeboot installs itself there without being forced. */
export const isSupported = ({ id, versionId }: OsRelease): boolean =>
  supported[id]?.includes(versionId) ?? false;

/** `Debian 12, 13; Ubuntu 20.04, ...`, for people. */
export const supportedNames: string = Object.entries(supported)
  .map(([id, versions]) => `${id.charAt(0).toUpperCase()}${id.slice(1)} ${versions.join(', ')}`)
  .join('; ');
