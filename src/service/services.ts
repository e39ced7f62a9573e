import { createAdoption } from './adoption.ts';
import { createAgents } from './agents.ts';
import { createBackground } from './background.ts';
import { createBoots } from './boots.ts';
import { createCafeChanges } from './cafe-changes.ts';
import { createCaptures } from './captures.ts';
import { createCounters } from './counters.ts';
import { createDiskServices } from './disk-services.ts';
import { createEntries } from './entries.ts';
import { createFirmware } from './firmware.ts';
import { createHall } from './hall.ts';
import { createHosts } from './hosts.ts';
import { createImageChanges } from './image-changes.ts';
import { createImageUsers } from './image-users.ts';
import { createLeases } from './leases.ts';
import { createOneTimeCode } from './one-time-code.ts';
import { createOsReports } from './os-reports.ts';
import { createPeople } from './people.ts';
import { createPool } from './pool.ts';
import { createPower } from './power.ts';
import { createPowerCards } from './power-cards.ts';
import { createPrepareAll } from './prepare-all.ts';
import { createPresences } from './presence.ts';
import { createRounds } from './rounds.ts';
import { runningPcs } from './running-pcs.ts';
import { createSafekeeping } from './safekeeping.ts';
import type { ServiceDeps } from './service-deps.ts';
import { createSettingChanges } from './setting-changes.ts';
import { createStorageSetup } from './storage-setup.ts';
import { createSuperSessions } from './super-sessions.ts';
import { createTasks } from './tasks.ts';
import { createTimeline } from './timeline.ts';
import { createTransfers } from './transfers.ts';
import { createUnknownHosts } from './unknown-hosts.ts';
import { createUploads } from './uploads.ts';
import { createViews } from './views.ts';
import { createWatches } from './watches.ts';

export type Services = ReturnType<typeof createServices>;

const pruneEveryMs = 3_600_000;
/** What somebody changed by hand is put right within this time. */
const checkEveryMs = 60_000;
const watchEveryMs = 5_000;
const backupCheckEveryMs = 600_000;

/** All use cases, wired. */
export function createServices(deps: ServiceDeps) {
  const { store, settings, volumes, targets, log, now } = deps;
  const startedAt = now();
  let started = false;
  const counters = createCounters();
  const background = createBackground(log);
  const timeline = createTimeline({ store, counters, log, now });
  const tasks = createTasks({ store, timeline, log, now });
  const hosts = createHosts({ store, timeline, now });
  const unknownHosts = createUnknownHosts({ store, timeline, log, now });
  const entries = createEntries({ store, timeline });
  const leases = createLeases({ store, hosts, timeline, counters, now });
  const firmware = createFirmware({
    ...{ store, hosts, timeline, log, now },
    present: deps.bootFiles.present,
    hasOffers: () => settings.get().dhcpMode === 'proxy',
  });
  const oneTimeCode = createOneTimeCode({
    now,
    onNew: (code, expiresAt) =>
      log.info({ code, validUntil: new Date(expiresAt).toISOString() }, 'one-time code'),
  });

  const diskServices = createDiskServices({ ...deps, timeline });
  const { gauge, images, versions, disks, reconcile } = diskServices;
  const presences = createPresences(now);
  const osReports = createOsReports({ store, now });
  const captures = createCaptures({ store, hosts, disks, timeline });
  const watches = createWatches({ ...deps, gauge, presences, counters, timeline });
  const { traffic, sessionWatch, refusalWatch, cacheWatch } = watches;
  const hall = createHall({ hosts, timeline, sessionWatch, presences, osReports, traffic, now });

  const prepareAll = createPrepareAll({ store, disks, background });

  async function checkStorage(): Promise<void> {
    await cacheWatch
      .look()
      .catch((error: unknown) => log.warn({ err: error }, 'read cache not seen'));
    const steps = await reconcile();
    if (steps.some(({ action }) => action.startsWith('forget-'))) prepareAll();
  }

  const common = {
    ...{ ...deps, ...diskServices, hosts, entries, unknownHosts, firmware, oneTimeCode },
    ...{ timeline, prepareAll },
  };
  const cafeChanges = createCafeChanges(common);
  const asked = { ...common, settings: settings.get };
  const adoption = createAdoption({ ...asked, addHost: cafeChanges.addHost });
  const pool = createPool(asked);
  const transfers = createTransfers({ ...common, pool: gauge, tasks });
  const imageChanges = createImageChanges({ ...common, captures, transfers, background });
  const uploads = createUploads({
    ...{ ...deps, directory: deps.uploadsDir },
    ...{ transfers, imageChanges, admit: gauge.admit },
  });
  const agents = createAgents({ ...asked, osReports, presences });
  const powerCards = createPowerCards({ settings: settings.get, now });
  const changes = { ...cafeChanges, ...createSettingChanges(common) };
  const booting = { adoption, presences, sessionWatch };
  const safekeeping = createSafekeeping({ ...common, ...changes, tasks, pool: gauge });
  const people = createPeople(deps);
  const rounds = createRounds(background, [
    {
      key: 'prune',
      everyMs: pruneEveryMs,
      work: async () => {
        timeline.prune(settings.get().eventsKeptDays);
        people.audit.prune(settings.get().eventsKeptDays);
        traffic.prune();
        await uploads.prune();
      },
    },
    { key: 'reconcile', everyMs: checkEveryMs, work: checkStorage },
    { key: 'refusals', everyMs: watchEveryMs, work: refusalWatch.look },
    { key: 'backup', everyMs: backupCheckEveryMs, work: safekeeping.backups.makeDaily },
  ]);

  return {
    version: deps.version,
    ...{ settings, timeline, tasks, hosts, hall, unknownHosts },
    images,
    versions,
    captures,
    entries,
    leases,
    traffic,
    counters,
    oneTimeCode,
    adoption,
    bootFiles: deps.bootFiles,
    tools: deps.tools,
    reconcile,
    pool: pool.status,
    imageChanges,
    transfers,
    uploads,
    imageUsers: createImageUsers(deps),
    superSessions: createSuperSessions({ ...common, ...cafeChanges, hall, captures }),
    ...safekeeping,
    storageSetup: createStorageSetup({ ...common, cacheWatch }),
    agents,
    ...people,
    powerCards,
    power: createPower({ ...asked, agents, powerCards, tasks }),
    boots: createBoots({ ...asked, ...booting, osReports, background }),
    ...changes,
    ...createViews({
      ...{ ...common, startedAt, counters, tasks, traffic, cacheWatch },
      pool: pool.status.get,
    }),

    status: async () => {
      const { capacity, state } = await gauge.readFresh();
      const sessions = await targets.sessions();
      const known = { findHost: hosts.findByMac, findMacAt: presences.findMacAt };
      return {
        version: deps.version,
        startedAt,
        volumeStore: volumes.kind,
        targetServer: targets.kind,
        pool: { ...capacity, state },
        sessions: sessions.length,
        running: runningPcs(sessions, known),
        counters: counters.all(),
      };
    },

    /** Brings disks back after whatever ended the process before, then makes overlays ahead. */
    async start(): Promise<void> {
      tasks.failInterrupted();
      await images.removeInterrupted();
      disks.rememberEditors();
      await reconcile();
      hall.start();
      started = true;
      rounds.start();
      // Into the log, for the first administrator.
      oneTimeCode.get();
      timeline.record({ kind: 'server.started', data: { version: deps.version } });
      await pool.watch.start();
      prepareAll();
    },

    async close(): Promise<void> {
      rounds.close();
      hall.close();
      await pool.watch.close();
      await tasks.close();
      await background.close();
      await sessionWatch.close();
      traffic.close();
      unknownHosts.close();
      leases.close();
      firmware.close();
      if (started) timeline.record({ kind: 'server.stopped' });
      timeline.close();
    },
  };
}
