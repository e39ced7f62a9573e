import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { codeOf } from '../errors.ts';
import type { TargetServer } from '../storage/targets.ts';
import type { VolumeStore } from '../storage/volumes.ts';
import type { Store } from '../store/store.ts';
import type { Disks } from './disks.ts';
import { planVolumes, type VolumeStep } from './reconcile-plan.ts';
import type { EventKind, Timeline } from './timeline.ts';
import type { VolumeLife } from './volume-life.ts';
import type { WantedTarget } from './wanted-targets.ts';

export type StepAction = VolumeStep['action'] | 'make-target' | 'replace-target' | 'remove-target';

/** One difference between what is and what should be. */
export interface ReconcileStep {
  action: StepAction;
  /** The volume or target. */
  subject: string;
  /** `left`: a PC is running from it, or only people can decide. */
  outcome: 'planned' | 'done' | 'failed' | 'left';
  /** Who it belongs to, where that is known, or why it failed. */
  detail: string;
  /** The PC it belongs to. */
  mac: string | null;
}

export interface ReconcileDeps {
  store: Store;
  volumes: VolumeStore;
  targets: TargetServer;
  volumeLife: VolumeLife;
  disks: Disks;
  timeline: Timeline;
  log: Logger;
}

/** So many volumes or targets at once; lvm takes one after another anyway, in batches. */
const concurrency = 16;

/** What an administrator should know of, beyond how many things were corrected. */
const toldSteps: Partial<Record<StepAction, EventKind>> = {
  'forget-overlay': 'storage.overlay-lost',
  'report-unknown': 'storage.volume-unknown',
  'report-lost-version': 'storage.version-lost',
  'report-lost-draft': 'storage.draft-lost',
};

export type Reconcile = ReturnType<typeof createReconcile>;

/** Makes volumes and targets what the database says, whatever happened to them, and tells what it did. */
export function createReconcile(deps: ReconcileDeps) {
  const { store, volumes, targets, volumeLife, disks, timeline, log } = deps;
  /** Told once, not at every look. */
  const told = new Set<string>();

  /** Runs one step's work; a failure becomes its outcome, so that one bad disk keeps no other back. */
  async function attempt(
    step: Omit<ReconcileStep, 'outcome'>,
    work: () => Promise<boolean>,
  ): Promise<ReconcileStep> {
    try {
      return { ...step, outcome: (await work()) ? 'done' : 'left' };
    } catch (error) {
      log.warn({ err: error, ...step }, 'storage step failed');
      return { ...step, outcome: 'failed', detail: codeOf(error) };
    }
  }

  function takeVolumeStep(step: VolumeStep): Promise<ReconcileStep> {
    const { action, volume: subject } = step;
    const described = { action, subject, ...describe(store, step) };
    return attempt(described, async () => {
      if (step.action === 'activate') await volumes.activate(subject);
      else if (step.action === 'remove-volume') await volumes.remove(subject);
      else return 'overlay' in step && disks.forgetLost(step.overlay);
      return true;
    });
  }

  async function checkTarget(
    wanted: WantedTarget,
    isRunning: boolean,
    dryRun: boolean,
  ): Promise<ReconcileStep[]> {
    const steps: ReconcileStep[] = [];
    const detail = [wanted.host, wanted.entry].filter((each) => each !== null).join(' ');
    await wanted.inTurn(async (spec) => {
      const state = await targets.compare(spec).catch(() => 'different' as const);
      if (state === 'same') return;
      const action = state === 'missing' ? 'make-target' : 'replace-target';
      const step = { action, subject: wanted.name, detail, mac: wanted.mac } as const;
      if (dryRun) steps.push({ ...step, outcome: isRunning ? 'left' : 'planned' });
      else {
        // What a PC runs from is changed when it boots next.
        const work = async () => !isRunning && (await targets.ensure(spec)) !== 'unchanged';
        steps.push(await attempt(step, work));
      }
    });
    return steps;
  }

  async function checkVolumes(dryRun: boolean): Promise<ReconcileStep[]> {
    const swept = dryRun ? [] : await volumeLife.sweep();
    const actual = await volumes.list();
    const desired = {
      versions: store.images.allVersions(),
      drafts: store.images.drafts(),
      overlays: store.overlays.list(),
      unwanted: store.unwantedVolumes.list(),
    };
    const plan = planVolumes(actual, desired);
    if (dryRun) {
      return plan.map((step) => {
        const { action, volume: subject } = step;
        const outcome = action.startsWith('report-') ? 'left' : 'planned';
        return { action, subject, outcome, ...describe(store, step) };
      });
    }
    const limit = pLimit(concurrency);
    const steps = await Promise.all(plan.map((step) => limit(() => takeVolumeStep(step))));
    const removed = { action: 'remove-volume', outcome: 'done', detail: '', mac: null } as const;
    return [...swept.map((subject) => ({ ...removed, subject })), ...steps];
  }

  async function checkTargets(dryRun: boolean): Promise<ReconcileStep[]> {
    const limit = pLimit(concurrency);
    const running = new Set((await targets.sessions()).map(({ target }) => target));
    const wanted = disks.wanted();
    const steps = await Promise.all(
      wanted.map((each) => limit(() => checkTarget(each, running.has(each.name), dryRun))),
    );
    const present = await targets.list();
    const names = new Set(disks.wanted().map(({ name }) => name));
    const removed = await Promise.all(
      present
        .filter((name) => !names.has(name))
        .map((subject) => {
          const step = { action: 'remove-target', subject, detail: '', mac: null } as const;
          if (dryRun) return { ...step, outcome: 'planned' as const };
          return limit(() => attempt(step, () => disks.removeUnwanted(subject)));
        }),
    );
    return [...steps.flat(), ...removed];
  }

  function tell(steps: ReconcileStep[]): void {
    const count = (outcome: ReconcileStep['outcome']) =>
      steps.filter((step) => step.outcome === outcome).length;
    const done = count('done');
    const failed = count('failed');
    if (done + failed > 0) {
      log.info({ steps }, 'storage put in order');
      const level = failed > 0 ? 'warn' : 'info';
      timeline.record({ kind: 'storage.reconciled', level, data: { done, failed } });
    }
    for (const { action, subject, detail, outcome, mac } of steps) {
      const kind = outcome === 'failed' ? 'storage.failed' : toldSteps[action];
      // It was being made, and is there.
      if (action === 'forget-overlay' && outcome === 'left') continue;
      if (kind === undefined || told.has(`${kind} ${subject}`)) continue;
      told.add(`${kind} ${subject}`);
      const level = kind === 'storage.volume-unknown' ? 'warn' : 'error';
      const data = { subject, detail };
      timeline.record({ kind, level, mac: mac ?? undefined, data });
    }
  }

  /** Idempotent. With `dryRun` nothing is changed or recorded. */
  return async function reconcile({ dryRun = false } = {}): Promise<ReconcileStep[]> {
    // A disk that is open cannot be removed.
    if (!dryRun) await targets.sweep?.();
    const volumeSteps = await checkVolumes(dryRun);
    const targetSteps = await checkTargets(dryRun);
    const steps = [...volumeSteps, ...targetSteps];
    if (!dryRun) tell(steps);
    return steps;
  };
}

/** Whose a volume is, in words people know. */
function describe(store: Store, step: VolumeStep): Pick<ReconcileStep, 'detail' | 'mac'> {
  const imageName = (id: number) => store.images.find({ id })?.name ?? '';
  if ('overlay' in step) {
    const host = store.hosts.find('id', step.overlay.hostId);
    const detail = `${host?.name ?? ''} ${imageName(step.overlay.imageId)}`.trim();
    return { detail, mac: host?.mac ?? null };
  }
  if (step.action === 'report-lost-version') {
    const { imageId, number } = step.version;
    return { detail: `${imageName(imageId)} v${number}`, mac: null };
  }
  const detail = step.action === 'report-lost-draft' ? imageName(step.draft.imageId) : '';
  return { detail, mac: null };
}
