import { join } from 'node:path';
import type { BuildInfo } from '../../src/build-info.ts';
import { renderLicences, type ShippedPackage, shippedPackages } from './packages.ts';
import type { LinuxPlatform } from './platforms.ts';
import { type Bundled, buildSea, bundleProgram } from './sea.ts';
import { shippedFiles } from './shipped.ts';

/** The program before it is made for a machine. */
export interface PreparedProgram {
  root: string;
  bundled: Bundled;
  /** Of other people, in the binary. */
  packages: ShippedPackage[];
}

/** Bundles it, and finds out what of other people is in it. */
export async function prepareProgram(root: string, buildInfo: BuildInfo): Promise<PreparedProgram> {
  const bundled = await bundleProgram(root, 'main.ts', buildInfo);
  // The same files for every machine, but for what is inside the addon.
  const files = Object.keys(await shippedFiles(root, 'linux-x64'));
  return { root, bundled, packages: await shippedPackages(root, bundled.metafile, files) };
}

/** Makes `cafeboot-<platform>` in `output`; returns its path. */
export async function buildProgram(
  { root, bundled, packages }: PreparedProgram,
  platform: LinuxPlatform,
  output: string,
): Promise<string> {
  const path = join(output, `cafeboot-${platform}`);
  await buildSea({
    ...{ root, platform, bundled, output: path },
    files: await shippedFiles(root, platform),
    texts: { 'licences/others.txt': renderLicences(packages) },
  });
  return path;
}
