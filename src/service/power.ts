import { setTimeout as sleep } from 'node:timers/promises';
import { CafebootError, codeOf } from '../errors.ts';
import { meansFor, type PowerAction, type PowerMeans } from '../power/means.ts';

import type { HostRow } from '../store/hosts.ts';
import type { Store } from '../store/store.ts';
import type { Agents } from './agents.ts';
import type { Hosts } from './hosts.ts';
import type { PowerCards } from './power-cards.ts';
import type { Settings } from './setting-list.ts';
import type { Task, TaskControl, Tasks } from './tasks.ts';
import type { Timeline } from './timeline.ts';

export { type PowerMeans, powerActions, powerMeans } from '../power/means.ts';

export interface PowerDeps {
  store: Store;
  hosts: Hosts;
  agents: Agents;
  powerCards: PowerCards;
  tasks: Tasks;
  timeline: Timeline;
  settings: () => Settings;
  /** Sends the magic packet for this MAC to where the PC was seen. */
  wake: (mac: string, address: string | undefined) => Promise<void>;
}

/** Which PCs: some by name or MAC, those of a group, or all. */
export interface PowerTargets {
  hosts?: string[];
  group?: string;
  all?: boolean;
}

/** Names in an error's text; the timeline has them all. */
const shownNames = 10;

export type Power = ReturnType<typeof createPower>;

/** Switches PCs on, off and over, each by the first of its means that can. */
export function createPower(deps: PowerDeps) {
  const { store, hosts, agents, timeline, tasks, settings } = deps;

  const ways: Record<PowerMeans, (host: HostRow, action: PowerAction) => Promise<void>> = {
    agent: (host, action) => agents.switch(host, action === 'reboot' ? 'reboot' : 'off'),
    wol: (host) => deps.wake(host.mac, agents.addressOf(host)),
    smyoo: ({ name }, action) => deps.powerCards.switch({ name }, action === 'on'),
  };

  /** Throws `power_impossible` where it has no means for it, else why the last one failed. */
  async function switchHost(host: HostRow, action: PowerAction): Promise<void> {
    let failure: unknown = new CafebootError('power_impossible', {
      host: host.name,
      action,
      means: host.power.join(', ') || '-',
    });
    for (const means of meansFor(host.power, action)) {
      try {
        await ways[means](host, action);
        timeline.record({ kind: 'power.switched', mac: host.mac, data: { action, means } });
        return;
      } catch (error) {
        failure = error;
        const data = { action, means, code: codeOf(error) };
        timeline.record({ kind: 'power.failed', level: 'warn', mac: host.mac, data });
      }
    }
    throw failure;
  }

  function choose({ hosts: keys, group, all }: PowerTargets): HostRow[] {
    const list = store.hosts.list();
    if (all) return list;
    if (keys !== undefined) {
      const rows = keys.map((key) => hosts.getRow(key));
      return [...new Map(rows.map((row) => [row.id, row])).values()];
    }
    const found = store.hosts.groups().find(({ name }) => name === group);
    if (!found) throw new CafebootError('not_found', { kind: 'group', name: group ?? '' });
    return list.filter(({ groupId }) => groupId === found.id);
  }

  /** One after another begins, not ends, so that one which does not answer holds nobody up. */
  async function switchAll(
    chosen: HostRow[],
    action: PowerAction,
    { signal, progress }: TaskControl,
  ): Promise<void> {
    const failures: { name: string; error: unknown }[] = [];
    let done = 0;
    progress(0, chosen.length);
    const begun: Promise<void>[] = [];
    for (const host of chosen) {
      if (begun.length > 0) await pause(1_000 / settings().powerPerSecond, signal);
      if (signal.aborted) break;
      begun.push(
        switchHost(host, action)
          .catch((error: unknown) => void failures.push({ name: host.name, error }))
          .then(() => progress(++done, chosen.length)),
      );
    }
    await Promise.all(begun);
    if (signal.aborted) throw new CafebootError('task_cancelled');
    const [first] = failures;
    if (first === undefined) return;
    if (chosen.length === 1) throw first.error;
    const names = failures.map(({ name }) => name);
    throw new CafebootError(
      'power_failed',
      { failed: names.length, count: chosen.length, hosts: names.slice(0, shownNames).join(', ') },
      { cause: first.error },
    );
  }

  return {
    /** Starts it as a task, which counts PCs. Throws `not_found` for a host or group that is none. */
    switch(action: PowerAction, targets: PowerTargets): Task {
      const chosen = choose(targets);
      const [only] = chosen;
      const subject = chosen.length === 1 && only ? only.name : `${chosen.length} PCs`;
      return tasks.start(`power.${action}`, subject, (control) =>
        switchAll(chosen, action, control),
      );
    },
  };
}

/** Ends early when the task is cancelled. */
const pause = (delayMs: number, signal: AbortSignal) =>
  sleep(delayMs, undefined, { signal }).catch(() => {});
