/** What the bytes of a boot file, and the manifest beside it, tell of it. */
export interface BootBuild {
  /** Built from our ipxe-src, with our script in it. */
  own: boolean;
  /** iPXE's; null where the file is packed and does not tell it. */
  version: string | null;
  /** Of the source (its git date or release) or of the build: `2019-01-25`, `2020-12`; null where nothing tells it. */
  date: string | null;
}

/** `build.json` of `make ipxe`, as far as it is used. */
export interface BuildManifest {
  release: string;
  builtAt: string;
  sha256: Record<string, string>;
}

/** A C string: `1.0.0+git-20190125.36a4c85-5.1` (Debian), `1.21.1+ (g1234abcd)`, `2.0.0 (g1234abcd)`. */
const versionPattern =
  /(?<=\0)([12]\.\d{1,2}\.\d{1,2}(?:\+git-?(\d{8})[\w.-]{0,40}|\+)?(?: \([\w.+-]{1,40}\))?)(?=\0)/g;

/** When iPXE released what it did; what has a `+` behind it came later. */
const releaseMonths: Readonly<Record<string, string>> = {
  '1.20.1': '2020-01',
  '1.21.1': '2020-12',
  '2.0.0': '2026-03',
};

/** The script in our builds; UEFI files are not packed, so it can be read in them. */
const ownMark = 'set user-class cafeboot';

/**
 * Tells which iPXE a boot file is. UEFI files have their version as text; undionly.kpxe is packed and
 * tells nothing, so only the manifest of our own build, by its checksum, knows it.
 */
export function identifyBuild(
  bytes: Buffer,
  {
    name,
    sha256,
    manifest,
  }: { name: string; sha256: string; manifest?: BuildManifest | undefined },
): BootBuild {
  if (manifest && manifest.sha256[name] === sha256) {
    return { own: true, version: manifest.release, date: manifest.builtAt.slice(0, 10) };
  }
  const text = bytes.toString('latin1');
  const own = text.includes(ownMark);
  const [, version = null, gitDate] = text.matchAll(versionPattern).next().value ?? [];
  if (gitDate) return { own, version, date: gitDate.replace(/(....)(..)(..)/, '$1-$2-$3') };
  const isRelease = version !== null && !version.includes('+');
  const date = isRelease ? (releaseMonths[version.split(' ')[0] ?? ''] ?? null) : null;
  return { own, version, date };
}
