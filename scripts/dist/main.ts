import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { run } from '../lab/run.ts';
import { buildDist } from './dist.ts';
import { type Platform, platforms } from './platforms.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));

const help = `make dist: the single binaries, a Debian package, SHA256SUMS and SBOM, in dist/
  --platform NAME   only for these machines (${platforms.join(', ')}); can be said again
  --output DIR      another place than dist/`;

const { values } = parseArgs({
  options: {
    platform: { type: 'string', multiple: true, default: [...platforms] },
    output: { type: 'string', default: join(root, 'dist') },
    help: { type: 'boolean', default: false },
  },
});

/** Of the commit, so that the same commit gives the same bytes; one with changes beside it says so. */
async function describeCommit(): Promise<{ commit: string; date: Date }> {
  const git = ['git', '-C', root] as const;
  const [commit, seconds] = (await run([...git, 'log', '-1', '--format=%h %ct'])).split(' ');
  const isDirty = (await run([...git, 'status', '--porcelain'])) !== '';
  return { commit: `${commit}${isDirty ? '-dirty' : ''}`, date: new Date(Number(seconds) * 1000) };
}

if (values.help) {
  console.log(help);
} else {
  const { commit, date } = await describeCommit();
  const wanted = platforms.filter((platform: Platform) => values.platform.includes(platform));
  const output = resolve(values.output);
  const made = await buildDist({
    ...{ root, output, date, platforms: wanted },
    buildInfo: { version: packageJson.version, commit },
    onMade: (name) => console.log(`made ${name}`),
  });
  console.log(`${made.length} files are in ${output}`);
}
