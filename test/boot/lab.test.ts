import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Lab, labNet, startLab } from '../../scripts/lab/lab.ts';
import { start } from '../../scripts/lab/run.ts';

let lab: Lab | undefined;
afterEach(() => lab?.close());

test('a PC is switched on, asks the router and is told nothing about booting', async () => {
  lab = await startLab();
  const pc = await lab.addPc({ name: 'pc-01', firmware: 'bios', mac: '52:54:00:00:01:01' });
  expect(pc.isOn()).toBe(false);
  pc.powerOn();
  await pc.serial.waitFor(/net0: 10\.77\.0\.1\d\d\/255\.255\.255\.0 gw 10\.77\.0\.254/, 60_000);
  await pc.serial.waitFor(/Nothing to boot/, 60_000);
  expect(lab.router.log().join('\n')).toContain(`DHCPACK(eth0) 10.77.0.`);
  await pc.powerOff();
  expect(pc.isOn()).toBe(false);
  await expect(pc.serial.waitFor(/never said/, 1000)).rejects.toThrow(/the PC went off/);
});

test('two labs with the same addresses do not see each other', async () => {
  lab = await startLab({ accel: 'tcg' });
  const other = await startLab({ accel: 'tcg' });
  try {
    await other.appliance.run(['ip', 'link', 'set', 'router', 'down']);
    const ping = ['busybox', 'ping', '-c', '1', '-W', '2', labNet.routerAddress] as const;
    await lab.appliance.run(ping);
    await expect(other.appliance.run(ping)).rejects.toMatchObject({ code: 'command_failed' });
  } finally {
    await other.close();
  }
});

test('closing ends what still runs inside and removes the directory', async () => {
  lab = await startLab({ accel: 'tcg' });
  const stray = lab.appliance.start(['sh', '-c', 'trap "" TERM; sleep 600 & wait']);
  const pc = await lab.addPc({ name: 'pc-01', firmware: 'bios', mac: '52:54:00:00:01:01' });
  pc.powerOn();
  await lab.close();
  await stray.exited;
  await pc.waitForOff(1000);
  expect(existsSync(lab.dir)).toBe(false);
  expect(existsSync(`/proc/${lab.appliance.pid}`)).toBe(false);
});

test('a lab whose owner is killed outright leaves no process', async () => {
  const labPath = new URL('../../scripts/lab/lab.ts', import.meta.url);
  const code = `
    const { startLab } = await import(${JSON.stringify(labPath.href)});
    const lab = await startLab({ accel: 'tcg' });
    const stray = lab.appliance.start(['sleep', '600']);
    console.log(JSON.stringify({ pids: [lab.appliance.pid, stray.pid], dir: lab.dir }));`;
  const said = Promise.withResolvers<{ pids: number[]; dir: string }>();
  const owner = start([process.execPath, '--input-type=module', '--eval', code], {
    onStdout: (line) => said.resolve(JSON.parse(line)),
  });
  const { pids, dir } = await said.promise;
  expect(pids.every((pid) => existsSync(`/proc/${pid}`))).toBe(true);
  process.kill(owner.pid, 'SIGKILL');
  await owner.exited;
  const deadline = Date.now() + 10_000;
  const alive = () => pids.filter((pid) => existsSync(`/proc/${pid}`));
  while (alive().length > 0 && Date.now() < deadline) await sleep(50);
  expect(alive()).toEqual([]);
  expect(existsSync(dir)).toBe(false);
});
