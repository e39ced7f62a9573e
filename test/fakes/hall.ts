import type { Session } from '../../src/storage/targets.ts';
import type { FakeServices } from './services.ts';

const groups = ['大厅', '包间 VIP', '电竞区', '前台'];
const systems = ['Windows 11 23H2', 'Windows 10 22H2', 'Ubuntu 24.04 LTS'];
const minuteMs = 60_000;

export const macOf = (index: number): string =>
  `52:54:00:00:${Math.floor(index / 256)
    .toString(16)
    .padStart(2, '0')}:${(index % 256).toString(16).padStart(2, '0')}`;

/** A cafe in the middle of its day: most PCs run, some boot, one edits an image, two have stopped. */
export async function seedHall(fake: FakeServices, count: number): Promise<void> {
  const { services, clock } = fake;
  Object.assign(fake.volumes.capacity, { totalBytes: 2e12, usedBytes: 1.29e12 });
  await services.images.createBlank({ name: 'win11', kind: 'os' }, 4096);
  await services.images.createBlank({ name: 'games', kind: 'data' }, 4096);
  services.addEntry({ name: 'win11', os: 'win11', data: ['games'] });
  for (let index = 1; index <= count; index++) {
    const group = groups[Math.floor((index * groups.length) / (count + 1))] ?? null;
    const name = `pc-${String(index).padStart(3, '0')}`;
    services.addHost({ name, mac: macOf(index), group, entry: 'win11', super: index === 5 });
  }
  const end = clock.now;
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

/** What was seen of one PC until now. */
function play({ services, clock, targets }: FakeServices, end: number, index: number): void {
  const { timeline } = services;
  const { sessions } = targets;
  const mac = macOf(index);
  const at = (beforeMs: number) => {
    clock.now = end - beforeMs;
  };
  if (index % 7 === 0) return;
  const isBooting = index % 11 === 3;
  const stages = isBooting ? (index % 4) + 1 : 5;
  at(isBooting ? 25_000 : minuteMs * (7 + ((index * 37) % 400)));
  const steps = [
    () => timeline.record({ kind: 'boot.dhcp', mac, data: { stage: 'rom' } }),
    () => timeline.record({ kind: 'boot.dhcp', mac, data: { stage: 'ipxe' } }),
    () => timeline.record({ kind: 'boot.script', mac, data: { entry: 'win11' } }),
    () => timeline.record({ kind: 'boot.disk', mac, data: { address: '10.0.0.9' } }),
    () => timeline.record({ kind: 'boot.os', mac, data: { os: systems[index % 3] ?? '' } }),
  ];
  for (const step of steps.slice(0, stages)) step();
  if (stages === 5) sessions.push(sessionOf(mac, index));
  if (index !== 2 && index !== 17) return;
  at(3 * minuteMs);
  timeline.record({ kind: 'boot.dhcp', mac, data: { stage: 'rom' } });
  timeline.record({ kind: 'boot.failed', level: 'error', mac, data: { reason: 'timeout' } });
}
