import { expect, test } from 'vitest';
import { bootSteps } from './boot-steps.ts';
import { targetOf, useCafe } from './cafe.ts';
import { runGuestTests } from './guest-tests.ts';

const poolDisk = '/dev/disk/by-id/virtio-pool';
const cafe = useCafe({ serverVm: { disks: [{ name: 'pool', sizeBytes: 2 * 2 ** 30 }] } });
const run = (...argv: [string, ...string[]]) => cafe().vm().run(argv);
const shell = (script: string) => run('sh', '-ec', script);

test('a PC boots to its OS from the server in the VM', async () => {
  const pc = await cafe().addPc({ name: 'pc-vm', firmware: 'bios' });
  expect((await cafe().boot(pc)).target).toBe(targetOf(pc));
  expect(bootSteps(await cafe().events(pc)).slice(-3)).toEqual(['script entry', 'disk', 'os']);
  await cafe().shutDown(pc);
});

test('a command that fails, one that is missing and one that hangs fail like those of the host', async () => {
  const { vm } = cafe();
  await expect(shell('echo why >&2; exit 7')).rejects.toMatchObject({
    code: 'command_failed',
    context: { exitCode: 7, stderr: 'why\n' },
  });
  await expect(run('no-such-program')).rejects.toMatchObject({ code: 'command_missing' });
  const hanging = vm().run(['sleep', '600'], { timeoutMs: 500 });
  await expect(hanging).rejects.toMatchObject({ code: 'command_timeout' });
  expect(await vm().run(['cat'], { input: 'thin 精简\n', cwd: '/tmp' })).toBe('thin 精简');
});

test('tests that need its kernel run inside it', async () => {
  await runGuestTests(cafe().vm(), ['test/guest/kernel.test.ts']);
});

test('what was flushed to a disk survives the plug being pulled, and the server starts again', async () => {
  await shell(`
    vgcreate -q pool ${poolDisk}
    lvcreate -q --type thin-pool -L 1G -n thin pool
    lvcreate -q -V 1G -T pool/thin -n golden
    printf 'on a thin volume' | dd of=/dev/pool/golden conv=fsync status=none
    lvcreate -q -kn -s pool/golden -n pc01
    printf 'in a file' | dd of=/var/lib/cafeboot/kept conv=fsync status=none
    touch /etc/of-this-boot`);
  const bootId = await run('cat', '/proc/sys/kernel/random/boot_id');
  await cafe().vm().reset();
  expect(await cafe().appliance().exited).toBe(null);
  expect(await run('cat', '/proc/sys/kernel/random/boot_id')).not.toBe(bootId);
  await expect(run('cat', '/etc/of-this-boot')).rejects.toMatchObject({ code: 'command_failed' });
  expect(await run('cat', '/var/lib/cafeboot/kept')).toBe('in a file');
  await run('vgchange', '-q', '-ay', 'pool');
  expect(await run('head', '-c', '16', '/dev/pool/pc01')).toBe('on a thin volume');
  await cafe().restart();
  const entries = (await cafe().appliance().api('GET', '/entries')) as { name: string }[];
  expect(entries.map(({ name }) => name)).toEqual(['debian']);
});

test('targetcli sees what is made in configfs', async () => {
  await shell(`
    cd /sys/kernel/config/target/core
    mkdir -p iblock_0/golden
    echo udev_path=/dev/pool/golden >iblock_0/golden/control
    echo /dev/pool/golden >iblock_0/golden/udev_path
    echo 1 >iblock_0/golden/enable`);
  expect(await run('targetcli', 'ls', '/backstores/block')).toMatch(/golden .*\/dev\/pool\/golden/);
  await run('rmdir', '/sys/kernel/config/target/core/iblock_0/golden');
});

test('a panic of its kernel fails whatever waits for it, with what the kernel said', async () => {
  const waiting = run('sleep', '600');
  await Promise.all([
    expect(waiting).rejects.toThrow(/Kernel panic - not syncing: sysrq triggered crash/),
    shell('echo c >/proc/sysrq-trigger').catch(() => undefined),
  ]);
  expect(cafe().vm().isOn()).toBe(false);
});
