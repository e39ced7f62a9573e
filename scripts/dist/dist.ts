import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BuildInfo } from '../../src/build-info.ts';
import { buildDeb } from './deb.ts';
import { renderLicences, shippedPackages } from './packages.ts';
import type { LinuxPlatform, Platform } from './platforms.ts';
import { renderSbom } from './sbom.ts';
import { buildSea, bundleProgram } from './sea.ts';
import { shippedFiles } from './shipped.ts';

export interface DistOptions {
  root: string;
  output: string;
  platforms: readonly Platform[];
  buildInfo: BuildInfo;
  /** Of every file in the package. */
  date: Date;
  onMade: (name: string) => void;
}

/** Makes everything that is handed out; returns the files' names. Same input, same bytes. */
export async function buildDist(options: DistOptions): Promise<string[]> {
  const { root, output, platforms, buildInfo, onMade } = options;
  const names: string[] = [];
  const made = (name: string) => {
    names.push(name);
    onMade(name);
  };
  await mkdir(output, { recursive: true });
  const agent = await bundleProgram(root, 'agent-main.ts', buildInfo);
  for (const platform of platforms) {
    const name = `cafeboot-agent-${platform}${platform === 'win-x64' ? '.exe' : ''}`;
    await buildSea({ root, platform, bundled: agent, output: join(output, name) });
    made(name);
  }
  for (const platform of platforms) {
    if (platform === 'win-x64') continue;
    made(await buildProgram(options, platform));
    made(await buildDeb({ ...options, platform }));
  }
  await writeSbom(options);
  made('sbom.cdx.json');
  const sums = await Promise.all(
    names.map(async (name) => `${await hashOf(join(output, name))}  ${name}\n`),
  );
  await writeFile(join(output, 'SHA256SUMS'), sums.join(''));
  return [...names, 'SHA256SUMS'];
}

/** The name of the program's binary for a machine. */
export const programName = (platform: LinuxPlatform) => `cafeboot-${platform}`;

/** The program alone; returns its name. */
export async function buildProgram(
  { root, output, buildInfo }: Pick<DistOptions, 'root' | 'output' | 'buildInfo'>,
  platform: LinuxPlatform,
): Promise<string> {
  const bundled = await bundleProgram(root, 'main.ts', buildInfo);
  const files = await shippedFiles(root, platform);
  const packages = await shippedPackages(root, bundled.metafile, Object.keys(files));
  const licences = join(output, `.licences-${platform}`);
  await mkdir(output, { recursive: true });
  await writeFile(licences, renderLicences(packages));
  const assets = { ...files, 'licences.txt': licences };
  const name = programName(platform);
  await buildSea({ root, platform, bundled, assets, output: join(output, name) });
  return name;
}

async function writeSbom({ root, output, buildInfo }: DistOptions): Promise<void> {
  const bundled = await bundleProgram(root, 'main.ts', buildInfo);
  const files = await shippedFiles(root, 'linux-x64');
  const packages = await shippedPackages(root, bundled.metafile, Object.keys(files));
  await writeFile(join(output, 'sbom.cdx.json'), renderSbom(buildInfo, packages));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
