import type { FakeServices } from './services.ts';

const dayMs = 86_400_000;
const gib = 1024 ** 3;
const notes = ['显卡驱动 572.16，Steam 更新', '三月补丁', 'Windows 更新，关闭自动重启'];

/** An image with a history, a draft that a PC is to change, an upload that was left, and tasks of all states. */
export async function seedImages(fake: FakeServices): Promise<void> {
  const { services, clock, targets, volumes } = fake;
  const { superSessions, versions, imageChanges, tasks, uploads, boots, hosts } = services;
  const end = clock.now;
  volumes.store.ownBytes = async (names) =>
    new Map(names.map((name, index) => [name, (0.6 + 1.7 * index) * gib]));
  for (const [index, note] of notes.entries()) {
    clock.now = end - (notes.length - index) * 9 * dayMs;
    await versions.grow('win11', (64 + index * 4) * gib);
    await imageChanges.publishDraft('win11', note);
  }
  clock.now = end;
  const host = hosts.list().find((each) => each.super)?.name ?? '';
  const { mac } = hosts.get(host);
  superSessions.start('win11', { host, entry: 'win11' });
  boots.sawAddress(mac, '10.0.0.9');
  const sessions = targets.sessions.splice(0);
  await boots.attachFor(mac, 'win11', '10.0.0.9');
  targets.sessions.push(...sessions);
  await uploads.begin({ becomes: 'image', name: 'lol-2026', kind: 'data', sizeBytes: 40 * gib });
  await uploads.begin({ becomes: 'version', name: 'win11', sizeBytes: 20 * gib });

  const job = (error?: Error) => async () => {
    if (error) throw error;
  };
  tasks.start('image.export', 'win11', job());
  tasks.start('power.on', '大厅', job(new Error('no answer')));
  await new Promise((done) => setTimeout(done, 50));
  tasks.start('image.import', 'ubuntu', async ({ signal, progress }) => {
    progress(0, 64 * gib);
    clock.now += 8_000;
    progress(21 * gib, 64 * gib);
    await new Promise((_, reject) => signal.addEventListener('abort', reject));
  });
  await new Promise((done) => setTimeout(done, 50));
}
