import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { nodeVersion } from './platforms.ts';

/** A package of other people that is in a binary. */
export interface ShippedPackage {
  name: string;
  version: string;
  /** An SPDX expression. */
  license: string;
  /** The whole texts of its licence and notice files. */
  texts: string[];
  /** As package-lock.json has it: `sha512-<base64>`; undefined for Node. */
  integrity: string | undefined;
}

/** What package-lock.json says of a package, by its place below the root. */
type Lock = Record<string, { integrity?: string }>;

/** Of packages whose manifest does not say it: their project's own licence. */
const unsaidLicences: Readonly<Record<string, string>> = { 'htmx-ext-sse': '0BSD' };

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/** Those whose files are bundled, or packed as they are; with Node itself; by name. */
export async function shippedPackages(
  root: string,
  metafile: Metafile,
  packedPaths: readonly string[],
): Promise<ShippedPackage[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')).packages as Lock;
  const paths = [...Object.keys(metafile.inputs), ...packedPaths];
  const places = new Set(paths.flatMap((path) => packagePlace(path) ?? []));
  const found = await Promise.all(
    [...places].sort().map((place) => describe(root, place, lock[place]?.integrity)),
  );
  return [await describeNode(root), ...found];
}

/** `node_modules/a/node_modules/@b/c/lib/d.js`: `node_modules/a/node_modules/@b/c`; undefined for our own files. */
export function packagePlace(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

async function describe(
  root: string,
  place: string,
  integrity: string | undefined,
): Promise<ShippedPackage> {
  const directory = join(root, place);
  const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const {
    name,
    version,
    license = unsaidLicences[String(manifest.name)],
  } = manifest as Record<string, unknown>;
  if (typeof name !== 'string' || typeof version !== 'string') {
    throw new Error(`${place} has no name and version`);
  }
  if (typeof license !== 'string') throw new Error(`${place} does not say its licence`);
  return { name, version, license, texts: await licenceTexts(directory), integrity };
}

async function licenceTexts(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => licenceFile.test(name)).sort();
  return Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
}

/** Its licence file has those of all that is inside: V8, OpenSSL, ICU, ... */
async function describeNode(root: string): Promise<ShippedPackage> {
  const [directory] = (await readdir(join(root, 'node_modules')))
    .filter((name) => name.startsWith('node-linux-'))
    .map((name) => join(root, 'node_modules', name));
  if (directory === undefined) throw new Error('node_modules has no Node');
  const texts = await licenceTexts(directory);
  return { name: 'node', version: nodeVersion, license: 'MIT', texts, integrity: undefined };
}

/** What `cafeboot licenses` prints after our own. */
export function renderLicences(packages: readonly ShippedPackage[]): string {
  return packages
    .map(({ name, version, license, texts }) => {
      const title = `${name} ${version} (${license})`;
      const body = texts.length > 0 ? texts.map((text) => text.trim()).join('\n\n') : license;
      return `${title}\n${'='.repeat(title.length)}\n\n${body}\n`;
    })
    .join('\n\n');
}
