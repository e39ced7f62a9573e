import { pino } from 'pino';
import { createServices, type Services } from '../../src/service/services.ts';
import { openStore } from '../../src/store/store.ts';
import { createFakeTargets, createFakeVolumes } from './storage.ts';

/** All use cases over an in-memory database and fake storage, with a clock that a test moves. */
export async function createFakeServices(path = ':memory:') {
  const volumes = await createFakeVolumes();
  const targets = createFakeTargets();
  const neighbours = new Map<string, string>();
  const clock = { now: 1_700_000_000_000 };
  const open = (): Services =>
    createServices({
      store: openStore(path),
      volumes: volumes.store,
      targets: targets.server,
      log: pino({ level: 'silent' }),
      version: 'test',
      now: () => clock.now,
      findNeighbour: async (address) => neighbours.get(address),
    });
  return { volumes, targets, neighbours, clock, services: open() };
}

export type FakeServices = Awaited<ReturnType<typeof createFakeServices>>;
