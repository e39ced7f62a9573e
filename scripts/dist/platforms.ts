import { createHash } from 'node:crypto';
import { access, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedDirectory } from '../lab/cache.ts';
import { run } from '../lab/run.ts';

/** Machines that a single binary is made for, as Node calls them. */
export type Platform = LinuxPlatform | 'win-x64';
export type LinuxPlatform = 'linux-x64' | 'linux-arm64';

export const platforms: readonly Platform[] = ['linux-x64', 'linux-arm64', 'win-x64'];

export const nodeVersion = '26.10.0';

interface NodePackage {
  /** As the npm registry has it: whatever else comes is refused. */
  integrity: string;
  program: string;
}

const packages: Record<Platform, NodePackage> = {
  'linux-x64': {
    integrity:
      'sha512-OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
    program: 'bin/node',
  },
  'linux-arm64': {
    integrity:
      'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
    program: 'bin/node',
  },
  'win-x64': {
    integrity:
      'sha512-GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==',
    program: 'bin/node.exe',
  },
};

const downloadTimeoutMs = 10 * 60_000;

/** The Node program of `platform`: of node_modules where npm installed it, else fetched once into the cache. */
export async function nodeFor(platform: Platform, root: string): Promise<string> {
  const { program } = packages[platform];
  const installed = join(root, 'node_modules', packageName(platform), program);
  const isInstalled = await access(installed).then(
    () => true,
    () => false,
  );
  return isInstalled ? installed : join(await download(platform), program);
}

const packageName = (platform: Platform) => `node-${platform}`;

function download(platform: Platform): Promise<string> {
  const { integrity } = packages[platform];
  const name = packageName(platform);
  const digest = createHash('sha256').update(`${name} ${integrity}`).digest('hex').slice(0, 16);
  const kind = name.replaceAll('-', '');
  return cachedDirectory({ kind, digest }, async (path, dir) => {
    const spec = `${name}@${nodeVersion}`;
    await run(['npm', 'pack', spec, '--ignore-scripts', '--silent', '--pack-destination', dir], {
      timeoutMs: downloadTimeoutMs,
    });
    const archive = join(dir, `${name}-${nodeVersion}.tgz`);
    const hash = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${hash}` !== integrity) {
      throw new Error(`${spec} is not what it was (sha512-${hash}): nothing is built`);
    }
    await run(['tar', '--extract', '--file', archive, '--directory', dir, '--no-same-owner']);
    await rename(join(dir, 'package'), path);
  });
}
