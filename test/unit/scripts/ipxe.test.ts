import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** A stand-in for iPXE's Makefile: what it "builds" tells what it was given. */
const makefile = `
bin/undionly.kpxe bin-x86_64-efi/ipxe.efi bin-x86_64-efi/snponly.efi:
	@mkdir -p $(dir $@)
	@[ -z "$(EMPTY)" ] || { touch $@; exit; }; { echo "$@ EMBED=$(EMBED) CROSS=$(CROSS)"; cat config/local/*.h "$(EMBED)"; } > $@
`;
const files = ['build.json', 'ipxe.efi', 'snponly.efi', 'undionly.kpxe'];

describe('scripts/ipxe', () => {
  let root: string;
  let tree: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'cafeboot-ipxe-test-'));
    tree = join(root, 'ipxe');
    await cp('scripts/ipxe', join(root, 'project/scripts/ipxe'));
    await cp('ipxe-src', join(root, 'project/ipxe-src'), { recursive: true });
    await makeTree(makefile);
  });
  afterEach(() => rm(root, { recursive: true }));

  async function makeTree(text: string): Promise<void> {
    await mkdir(join(tree, 'src/config/local'), { recursive: true });
    await writeFile(join(tree, 'src/Makefile'), text);
  }

  const build = (env: Record<string, string> = {}) =>
    execa(join(root, 'project/scripts/ipxe'), { reject: false, timeout: 15_000, env });
  const built = (name: string) => readFile(join(root, 'project/assets/boot', name), 'utf8');
  const git = (...args: string[]) => execa('git', ['-C', tree, ...args]);

  async function commitTree(): Promise<string> {
    await git('init', '--quiet');
    await git('add', '.');
    await git(
      '-c',
      'user.name=x',
      '-c',
      'user.email=x@example.org',
      'commit',
      '--quiet',
      '-m',
      'x',
    );
    await git('tag', 'v9.9.9');
    return (await git('rev-parse', 'HEAD')).stdout;
  }

  async function pin(commit: string): Promise<void> {
    const text = `url=file://${tree}\nrelease=v9.9.9\ncommit=${commit}\n`;
    await writeFile(join(root, 'project/ipxe-src/upstream'), text);
  }

  test('builds the three boot files from a tree, with our script and headers, and leaves the tree alone', async () => {
    const { exitCode, stdout } = await build({ IPXE_SRC: tree });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('in assets/boot')]);
    expect((await readdir(join(root, 'project/assets/boot'))).sort()).toEqual(files);

    const embedded = await readFile('ipxe-src/cafeboot.ipxe', 'utf8');
    for (const target of ['bin/undionly.kpxe', 'bin-x86_64-efi/ipxe.efi']) {
      const text = await built(target.split('/')[1] ?? '');
      expect(text).toContain(`${target} EMBED=${root}/project/ipxe-src/cafeboot.ipxe CROSS=\n`);
      expect(text).toContain('#define DOWNLOAD_PROTO_HTTPS\n');
      expect(text).toContain('#define CONSOLE_FRAMEBUFFER\n');
      expect(text).toContain('#define PRODUCT_NAME "cafeboot"\n');
      expect(text.endsWith(embedded)).toBe(true);
    }
    expect(await readdir(join(tree, 'src/config/local'))).toEqual([]);
    expect(await readdir(join(tree, 'src'))).toEqual(['Makefile', 'config']);

    const manifest = JSON.parse(await built('build.json'));
    expect(manifest).toMatchObject({ release: 'unknown' });
    expect(Date.parse(manifest.builtAt)).toBeGreaterThan(Date.now() - 60_000);
    const sum = (await execa('sha256sum', [join(root, 'project/assets/boot/ipxe.efi')])).stdout;
    expect(manifest.sha256['ipxe.efi']).toBe(sum.split(' ')[0]);
  });

  test('another compiler; a tree of git’s tells its version', async () => {
    await commitTree();
    expect(await build({ IPXE_SRC: tree, CROSS: 'x86_64-linux-gnu-' })).toMatchObject({
      exitCode: 0,
    });
    expect(await built('ipxe.efi')).toContain('CROSS=x86_64-linux-gnu-\n');
    expect(JSON.parse(await built('build.json'))).toMatchObject({ release: 'v9.9.9' });
  });

  test('without a tree, the pinned release', async () => {
    await pin(await commitTree());
    expect(await build()).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(await built('build.json'))).toMatchObject({ release: 'v9.9.9' });
  });

  test('a release that is another commit than the pinned one is not built', async () => {
    await commitTree();
    await pin('0'.repeat(40));
    const { exitCode, stderr } = await build();
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/^ipxe: iPXE v9\.9\.9 is not what it was: commit [^\n]*$/),
    ]);
    await expect(readdir(join(root, 'project/assets'))).rejects.toThrow();
  });

  test.each([
    [
      'without internet: one line that says what to do',
      { url: 'file:///nowhere/ipxe' },
      {},
      /^ipxe: cannot fetch iPXE v9\.9\.9 from [^\n]*IPXE_SRC=<tree> make ipxe$/,
    ],
    [
      'no source tree: one line',
      {},
      { IPXE_SRC: '/proc' },
      /^ipxe: IPXE_SRC=\/proc is no iPXE source tree: [^\n]*$/,
    ],
  ])('%s', async (_what, { url }: { url?: string }, env, says) => {
    const text = `url=${url}\nrelease=v9.9.9\ncommit=0\n`;
    await writeFile(join(root, 'project/ipxe-src/upstream'), text);
    const { exitCode, stderr } = await build(env);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(says)]);
  });

  test('a build that fails shows its end, and what was built before stays', async () => {
    await build({ IPXE_SRC: tree });
    const before = await built('ipxe.efi');
    await makeTree('%:\n\t@echo no rule for it >&2; exit 2\n');
    const failed = await build({ IPXE_SRC: tree });
    expect([failed.exitCode, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/no rule for it[\s\S]*ipxe: iPXE unknown does not build/),
    ]);
    await makeTree(makefile.replace('$(EMPTY)', 'yes'));
    const empty = await build({ IPXE_SRC: tree });
    expect([empty.exitCode, empty.stderr]).toEqual([
      1,
      'ipxe: make did not leave bin/undionly.kpxe',
    ]);
    expect(await built('ipxe.efi')).toBe(before);
  });

  test('the pinned release is a tag and a whole commit', async () => {
    const upstream = await readFile('ipxe-src/upstream', 'utf8');
    expect(upstream).toMatch(/^release=v\d+\.\d+\.\d+$/m);
    expect(upstream).toMatch(/^commit=[0-9a-f]{40}$/m);
  });
});
