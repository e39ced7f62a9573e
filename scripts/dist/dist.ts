import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BuildInfo } from '../../src/build-info.ts';
import { buildDeb } from './deb.ts';
import type { Platform } from './platforms.ts';
import { buildProgram, prepareProgram } from './program.ts';
import { renderSbom } from './sbom.ts';
import { buildSea, bundleProgram } from './sea.ts';

export interface DistOptions {
  root: string;
  output: string;
  platforms: readonly Platform[];
  buildInfo: BuildInfo;
  /** Of every file in the packages. */
  date: Date;
  onMade: (name: string) => void;
}

/** Makes everything that is handed out; returns the files' names. Same input, same bytes. */
export async function buildDist(options: DistOptions): Promise<string[]> {
  const { root, output, platforms, buildInfo, date, onMade } = options;
  const names: string[] = [];
  const made = (path: string) => {
    names.push(basename(path));
    onMade(basename(path));
  };
  const sumsPath = join(output, 'SHA256SUMS');
  await mkdir(output, { recursive: true });
  await rm(sumsPath, { force: true });
  const program = await prepareProgram(root, buildInfo);
  const agent = await bundleProgram(root, 'agent-main.ts', buildInfo);
  for (const platform of platforms) {
    const ending = platform === 'win-x64' ? '.exe' : '';
    const path = join(output, `cafeboot-agent-${platform}${ending}`);
    await buildSea({ root, platform, bundled: agent, output: path });
    made(path);
    if (platform === 'win-x64') continue;
    const binary = await buildProgram(program, platform, output);
    made(binary);
    made(await buildDeb({ root, output, buildInfo, date, platform, binary }));
  }
  const sbom = join(output, 'sbom.cdx.json');
  await writeFile(sbom, renderSbom(buildInfo, program.packages));
  made(sbom);
  const sums = await Promise.all(
    names.map(async (name) => `${await hashOf(join(output, name))}  ${name}\n`),
  );
  await writeFile(sumsPath, sums.join(''));
  return [...names, basename(sumsPath)];
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
