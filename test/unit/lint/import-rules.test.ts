import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

const forbidden = [
  ['src/boot/a.ts', '../store/store.ts'],
  ['src/boot/b.ts', 'node:fs'],
  ['src/dhcp/a.ts', '../net/udp.ts'],
  ['src/dhcp/b.ts', '../boot/decide.ts'],
  ['src/tftp/a.ts', '../servers/tftp/server.ts'],
  ['src/store/a.ts', '../service/hosts.ts'],
  ['src/store/b.ts', '../i18n/translate.ts'],
  ['src/storage/a.ts', '../store/store.ts'],
  ['src/storage/b.ts', 'execa'],
  ['src/service/a.ts', '../net/udp.ts'],
  ['src/service/d.ts', '../thrift/client.ts'],
  ['src/power/a.ts', '../thrift/client.ts'],
  ['src/power/b.ts', '../net/udp.ts'],
  ['src/thrift/a.ts', '../service/hosts.ts'],
  ['src/agent/a.ts', '../service/hosts.ts'],
  ['src/agent/b.ts', '../storage/lvm-thin.ts'],
  ['src/agent/c.ts', 'execa'],
  ['src/install/a.ts', '../storage/lvm-thin.ts'],
  ['src/install/b.ts', '../cli/client.ts'],
  ['src/service/b.ts', '../servers/api/server.ts'],
  ['src/service/c.ts', 'better-sqlite3'],
  ['src/http/a.ts', '../servers/api/server.ts'],
  ['src/http/b.ts', '../store/store.ts'],
  ['src/service/e.ts', '../http/app.ts'],
  ['src/servers/api/a.ts', '../../store/store.ts'],
  ['src/servers/api/b.ts', '../dhcp/server.ts'],
  ['src/servers/tftp/a.ts', '../boot-http/files.ts'],
  ['src/servers/tftp/b.ts', 'node:dgram'],
  ['src/cli/a.ts', '../store/store.ts'],
  ['src/cli/b.ts', 'node:child_process'],
] as const;

const allowed = [
  ['src/boot/ok.ts', '../dhcp/packet.ts'],
  ['src/servers/dhcp/ok.ts', '../../dhcp/packet.ts'],
  ['src/servers/dhcp/ok2.ts', '../../boot/decide.ts'],
  ['src/servers/api/ok.ts', './problems.ts'],
  ['src/servers/api/ok2.ts', '../../http/access.ts'],
  ['src/http/ok.ts', '../service/users.ts'],
  ['src/service/ok.ts', '../store/store.ts'],
  ['src/net/ok.ts', 'node:dgram'],
  ['src/servers/thrift/ok.ts', '../../thrift/listener.ts'],
  ['src/thrift/ok.ts', '../net/tcp.ts'],
  ['src/agent/ok.ts', '../storage/exec.ts'],
  ['src/agent/ok2.ts', '../thrift/listener.ts'],
  ['src/install/ok.ts', '../storage/exec.ts'],
  ['src/storage/exec.ts', 'execa'],
  ['src/store/ok.ts', 'kysely'],
] as const;

/** Lints planted files with the project's own rules, in a tree of their own; the paths with a violation. */
async function findViolations(planted: readonly (readonly [string, string])[]): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'cafeboot-lint-'));
  try {
    await copyFile('biome.json', join(root, 'biome.json'));
    for (const [path, imported] of planted) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), `import '${imported}';\n`);
    }
    const flags = ['--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none'];
    const args = ['lint', ...flags, '--only=style/noRestrictedImports', 'src'];
    const biome = join(process.cwd(), 'node_modules/.bin/biome');
    const { stdout } = await execa(biome, args, { cwd: root, reject: false });
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { category: string; location: { path: string } }[];
    };
    return diagnostics
      .filter(({ category }) => category === 'lint/style/noRestrictedImports')
      .map(({ location }) => location.path);
  } finally {
    await rm(root, { recursive: true });
  }
}

describe('import rules', () => {
  test('every planted violation is found, and nothing else', async () => {
    const found = await findViolations([...forbidden, ...allowed]);
    expect([...new Set(found)].sort()).toEqual(forbidden.map(([path]) => path).sort());
  });
});
