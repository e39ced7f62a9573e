import type { Counters } from './counters.ts';
import type { Hosts } from './hosts.ts';
import type { PoolGauge } from './pool-gauge.ts';
import type { Tasks } from './tasks.ts';
import type { Traffic } from './traffic.ts';
import type { UnknownHosts } from './unknown-hosts.ts';

/** One metric and its values, as in Prometheus' text format 0.0.4. */
export interface Metric {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  values: { labels?: Record<string, string>; value: number }[];
}

export interface MetricDeps {
  version: string;
  startedAt: number;
  counters: Counters;
  gauge: Pick<PoolGauge, 'readFresh'>;
  hosts: Hosts;
  unknownHosts: UnknownHosts;
  tasks: Tasks;
  traffic: Traffic;
}

const gaugeOf = (name: string, help: string, values: Metric['values']): Metric => ({
  ...{ name: `cafeboot_${name}`, type: 'gauge', help, values },
});

/** What monitoring asks for. */
export function createMetrics(deps: MetricDeps) {
  return async (): Promise<Metric[]> => {
    const { capacity, state } = await deps.gauge.readFresh();
    const { totalBytes, usedBytes, metadata } = capacity;
    const spaces = [
      { space: 'data', totalBytes, usedBytes },
      ...(metadata ? [{ space: 'metadata', ...metadata }] : []),
    ];
    const of = (field: 'totalBytes' | 'usedBytes') =>
      spaces.map((each) => ({ labels: { space: each.space }, value: each[field] }));
    const all = deps.hosts.list();
    const running = all.filter(({ mac }) => deps.traffic.rates().has(mac)).length;
    const counts = Object.entries(deps.counters.all());
    return [
      gaugeOf('info', 'The version that runs.', [{ labels: { version: deps.version }, value: 1 }]),
      gaugeOf('start_time_seconds', 'When it was started.', [{ value: deps.startedAt / 1_000 }]),
      gaugeOf('memory_bytes', 'Memory of the process.', [{ value: process.memoryUsage.rss() }]),
      gaugeOf('pool_size_bytes', 'Size of the disk pool.', of('totalBytes')),
      gaugeOf('pool_used_bytes', 'What is used of it.', of('usedBytes')),
      gaugeOf('pool_state', 'The state that the pool is in.', [{ labels: { state }, value: 1 }]),
      gaugeOf('iscsi_sessions', 'Disks that PCs are logged in to.', [
        { value: deps.traffic.latest()?.sessions ?? 0 },
      ]),
      gaugeOf('hosts', 'PCs of the list, by whether they have their disks.', [
        { labels: { state: 'running' }, value: running },
        { labels: { state: 'off' }, value: all.length - running },
      ]),
      gaugeOf('unknown_hosts', 'PCs in no list that asked to boot.', [
        { value: deps.unknownHosts.list().length },
      ]),
      gaugeOf('tasks_running', 'Long jobs under way.', [
        { value: deps.tasks.list().filter((task) => task.state === 'running').length },
      ]),
      {
        ...{ name: 'cafeboot_events_total', type: 'counter' },
        help: 'What happened since the start, and bytes that went out, by name.',
        values: counts.map(([name, value]) => ({ labels: { name }, value })),
      },
    ];
  };
}

/** The text that Prometheus reads. */
export function formatMetrics(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, type, help, values }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    ...values.map(({ labels = {}, value }) => `${name}${formatLabels(labels)} ${value}`),
  ]);
  return `${lines.join('\n')}\n`;
}

function formatLabels(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escapeLabel = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
