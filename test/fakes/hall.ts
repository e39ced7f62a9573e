import type { Session } from '../../src/storage/targets.ts';
import type { FakeServices } from './services.ts';

const groups = ['大厅', '包间 VIP', '电竞区', '前台'];
const systems = ['Windows 11 23H2', 'Windows 10 22H2', 'Ubuntu 24.04 LTS'];
const minuteMs = 60_000;
const imagesAgeMs = 36 * 24 * 60 * minuteMs;
const gib = 1024 ** 3;

export const macOf = (index: number): string =>
  `52:54:00:00:${Math.floor(index / 256)
    .toString(16)
    .padStart(2, '0')}:${(index % 256).toString(16).padStart(2, '0')}`;

/** A cafe in the middle of its day: most PCs run, some boot, one edits an image, two have stopped. */
export async function seedHall(fake: FakeServices, count: number): Promise<void> {
  const { services, clock } = fake;
  Object.assign(fake.volumes.capacity, { totalBytes: 2e12, usedBytes: 1.29e12 });
  const end = clock.now;
  clock.now = end - imagesAgeMs;
  await services.images.createBlank({ name: 'win11', kind: 'os' }, 60 * gib);
  await services.images.createBlank({ name: 'games', kind: 'data' }, 500 * gib);
  clock.now = end;
  services.addEntry({ name: 'win11', os: 'win11', data: ['games'] });
  for (let index = 1; index <= count; index++) {
    const group = groups[Math.floor((index * groups.length) / (count + 1))] ?? null;
    const name = `pc-${String(index).padStart(3, '0')}`;
    const ip = addressOf(index);
    services.addHost({ name, mac: macOf(index), ip, group, entry: 'win11', super: index === 5 });
  }
  for (let index = 1; index <= count; index++) play(fake, end, index);
  clock.now = end;
  services.unknownHosts.saw('52:54:00:0f:00:01', 7, 'PXEClient:Arch:00007');
}

const sessionOf = (mac: string, index: number): Session => ({
  target: `iqn.2022-10.org.dbc.iscsi:sn.win11.${mac.replaceAll(':', '')}`,
  id: String(index),
  address: '10.0.0.9',
  initiator: '',
  readBytes: 0,
  writtenBytes: 0,
});

/** One boot, stage after stage; how many of them it got to. */
function boot({ services, clock }: FakeServices, startedAt: number, index: number, stages: number) {
  const { timeline } = services;
  const mac = macOf(index);
  const dhcp = (stage: string, file: string) =>
    timeline.record({
      kind: 'boot.dhcp',
      mac,
      data: { stage, arch: 'x64 UEFI', answer: 'offer', file },
    });
  const transfer = { file: 'ipxe.efi', outcome: 'done', sizeBytes: 1_044_480, durationMs: 640 };
  const steps: [number, () => void][] = [
    [0, () => dhcp('rom', 'ipxe.efi')],
    [900, () => timeline.record({ kind: 'boot.tftp', mac, data: transfer })],
    [4_100, () => dhcp('ipxe', 'boot.ipxe')],
    [
      6_300,
      () => timeline.record({ kind: 'boot.script', mac, data: { script: 'menu', entry: '' } }),
    ],
    [
      6_800,
      () =>
        timeline.record({ kind: 'boot.script', mac, data: { script: 'entry', entry: 'win11' } }),
    ],
    [8_300, () => timeline.record({ kind: 'boot.disk', mac, data: { address: addressOf(index) } })],
    [31_000 + index * 50, () => timeline.record({ kind: 'boot.os', mac, data: osOf(index) })],
  ];
  for (const [afterMs, step] of steps.slice(0, stages)) {
    clock.now = startedAt + afterMs;
    step();
  }
}

const osOf = (index: number) => ({ os: systems[index % 3] ?? '', version: '' });
const addressOf = (index: number) => `10.0.${Math.floor(index / 250)}.${(index % 250) + 1}`;

/** What was seen of one PC until now. */
function play(fake: FakeServices, end: number, index: number): void {
  const { services, clock, targets } = fake;
  const { timeline } = services;
  const mac = macOf(index);
  const yesterday = end - 26 * 60 * minuteMs;
  boot(fake, yesterday, index, 7);
  clock.now = yesterday + 180 * minuteMs;
  timeline.record({ kind: 'boot.disk-gone', mac });
  // A card that needed another try.
  if (index % 5 === 1) boot(fake, yesterday + 200 * minuteMs, index, 5);
  if (index % 7 === 0) return;
  const isBooting = index % 11 === 3;
  const before = isBooting ? 9_000 : minuteMs * (7 + ((index * 37) % 400));
  boot(fake, end - before, index, isBooting ? (index % 4) + 3 : 7);
  if (!isBooting) targets.sessions.push(sessionOf(mac, index));
  if (index !== 2 && index !== 17) return;
  boot(fake, end - 3 * minuteMs, index, 5);
  const data = { entry: 'win11', code: 'image_not_ready' };
  timeline.record({ kind: 'boot.failed', level: 'error', mac, data });
}
