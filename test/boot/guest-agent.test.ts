import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { agentBundlePath, bundleAgent } from '../../scripts/bundle.ts';
import { makeDataImage } from '../../scripts/lab/data-image.ts';
import type { Pc } from '../../scripts/lab/pc.ts';
import type { HostOs } from '../../src/service/os-reports.ts';
import type { Task } from '../../src/service/tasks.ts';
import { MessageType } from '../../src/thrift/preset.ts';
import { useCafe } from '../cafe/cafe.ts';
import { type Answer, generateClients, python, type Request } from '../interop/thrift/lab.ts';

/** Starts the agent and makes an account; what the agent runs to leave is beside it. */
const startScript = `set -e
useradd --create-home --shell /bin/sh player
echo 'player:old-secret' | chpasswd
chmod +x /mnt/poweroff
export PATH=/mnt:$PATH LD_LIBRARY_PATH=/mnt
setsid /mnt/node /mnt/agent.mjs </dev/null >/dev/console 2>&1 &
`;
/** Where there is no systemd to ask. The answer leaves before the PC does. */
const poweroffScript = `#!/bin/sh
sync
(sleep 1; busybox poweroff -f) >/dev/null 2>&1 &
`;
/** Once, with a prompt for the password; whoever gets in says who it is. */
const loginScript = `stty sane
login player
stty -echo -onlcr
`;

const cafe = useCafe({
  dataImages: [
    {
      name: 'agent',
      async make(path) {
        await bundleAgent();
        await makeDataImage({
          ...{ path, label: 'agent', sizeBytes: 256 * 2 ** 20 },
          files: { 'start.sh': startScript, 'login.sh': loginScript, poweroff: poweroffScript },
          copies: {
            'agent.mjs': agentBundlePath,
            node: process.execPath,
            'libatomic.so.1': '/usr/lib/x86_64-linux-gnu/libatomic.so.1',
          },
        });
      },
    },
  ],
});
let pc: Pc;

beforeAll(async () => {
  pc = await cafe().addPc({ name: 'pc-agent', firmware: 'bios' });
});

/** A call of the server by a known client, on the server itself. */
async function ask(request: Omit<Request, 'host'>): Promise<Answer> {
  const { lab } = cafe();
  const directory = join(lab.dir, 'clients');
  const made = await mkdir(directory, { recursive: true });
  if (made !== undefined) await generateClients(directory);
  const client = join(import.meta.dirname, '../interop/thrift/client.py');
  const argv = [python, client, join(directory, 'text'), '127.0.0.1', '9090'] as const;
  const input = `${JSON.stringify({ ...request, host: pc.name })}\n`;
  return JSON.parse(await lab.server.run(argv, { input })) as Answer;
}
const getUserList = { type: MessageType.GET_USER_LIST, answer: 'UserList' };

/** Under tcg. */
const promptTimeoutMs = 60_000;
let seenLines = 0;
/** Waits for a prompt that was not there before, and types. */
async function answer(prompt: RegExp, text: string): Promise<void> {
  await pc.serial.waitFor(prompt, promptTimeoutMs, seenLines);
  // The prompt's own line ends with what is typed now.
  seenLines = pc.serial.lines().length + 1;
  await pc.type(`${text}\n`);
}

/** A login on the serial console that refuses some passwords, then takes one. */
async function logIn(refused: string[], taken: string): Promise<void> {
  seenLines = pc.serial.lines().length;
  const session = pc.console.run('/mnt/login.sh', 2 * promptTimeoutMs);
  for (const password of refused) {
    await answer(/^Password:/, password);
    await pc.serial.waitFor(/^Login incorrect/, promptTimeoutMs, seenLines);
    await answer(/login:$/, 'player');
  }
  await answer(/^Password:/, taken);
  await answer(/\$$/, 'echo "I am $(id -un)"; exit');
  await pc.serial.waitFor(/^I am player$/, promptTimeoutMs, seenLines);
  await session;
}

test('without an agent in its OS, whoever asks hears so soon', async () => {
  await cafe().boot(pc);
  const absent = await ask(getUserList);
  expect(absent.code).toBe(7);
  expect(absent.ms).toBeLessThan(3_000);
});

test('its agent finds the server by itself and reports: the timeline ends, the hardware is known', async () => {
  const disk = (await pc.console.disks()).find(({ label }) => label === 'agent');
  await pc.console.mount(`/dev/${disk?.disk}`, '/mnt');
  await pc.console.run('/mnt/start.sh');
  await pc.serial.waitFor(/the server knows that the OS is up/, 2 * promptTimeoutMs);
  const [last] = (await cafe().events(pc)).slice(-1);
  expect(last).toMatchObject({ kind: 'boot.os', data: { os: expect.stringContaining('Debian') } });
  const os = (await cafe().appliance().api('GET', `/hosts/${pc.name}/os`)) as HostOs;
  expect(os.inventory).toMatchObject({
    cpu: { threads: 1 },
    nics: [{ mac: pc.mac }],
    gpus: expect.any(Array),
  });
  expect(os.inventory?.memoryBytes).toBeGreaterThan(400 * 2 ** 20);
  const upForMs = os.reportedAt - (os.bootedAt ?? 0);
  expect(upForMs).toBeGreaterThan(0);
  expect(os.bootedAt).toBeGreaterThan(pc.poweredOnAt());
});

test('a password set through the server lets its account in on the console, the old one no more', async () => {
  expect(await ask(getUserList)).toMatchObject({ code: 0, users: ['player'] });
  await logIn([], 'old-secret');
  const account = { userName: 'player', password: 'new-secret' };
  const type = MessageType.SET_USER_PASSWORD;
  expect(await ask({ type, body: ['UserPassword', account] })).toMatchObject({ code: 0 });
  await logIn(['old-secret'], 'new-secret');
});

test('it is switched off through the API', async () => {
  const { api } = cafe().appliance();
  const { id } = (await api('POST', '/power', { action: 'off', hosts: [pc.name] })) as Task;
  await pc.waitForOff(promptTimeoutMs);
  expect(await api('GET', `/tasks/${id}`)).toMatchObject({ state: 'done' });
  const [last] = (await cafe().events(pc)).filter(({ kind }) => kind === 'power.switched');
  expect(last?.data).toEqual({ action: 'off', means: 'agent' });
});
