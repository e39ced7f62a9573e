/** What one contender did in one measurement. */
export interface Sample {
  /** In the row's unit. */
  value: number;
  failures: number;
  /** The first failures, in words. */
  errors?: readonly string[];
}

/** One line of the table: the same work given to every contender in turn. */
export interface Measurement {
  name: string;
  unit: string;
  /** For throughput the larger value is the better one, for latency the smaller. */
  better: 'larger' | 'smaller';
  repeats: number;
  contenders: readonly Contender[];
  /** Our value must be at least this many times the peer's (at most, where smaller is better). */
  budget?: { peer: string; ratio: number };
  /** Our value must be below this, whatever the peers do. */
  limit?: number;
  /** More failures than this miss the budget. */
  maxFailures?: number;
}

export interface Contender {
  name: string;
  run(): Promise<Sample>;
}

/** A part of the bench: makes its own namespaces and servers, measures, and removes them again. */
export interface Section {
  name: string;
  run(measure: (measurement: Measurement) => Promise<void>): Promise<void>;
}

/** A finished measurement. `values` and `failures` are by contender; `ratio` is ours to the peer's. */
export interface Row {
  section: string;
  name: string;
  unit: string;
  values: Record<string, number>;
  failures: Record<string, number>;
  ratio?: number;
  budget?: string;
  met: boolean;
}

/** The contender that the budgets are about. */
export const ours = 'cafeboot';

/**
 * Runs one measurement. The contenders take turns within each repeat, because the machine's speed
 * drifts: the ratio is the median of the repeats' own ratios, and each value a median too.
 */
export async function measureRow(section: string, measurement: Measurement): Promise<Row> {
  const { contenders, repeats, name, unit, budget, limit } = measurement;
  const samples = new Map<string, Sample[]>(contenders.map((each) => [each.name, []]));
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const contender of contenders) samples.get(contender.name)?.push(await contender.run());
  }

  const values: Record<string, number> = {};
  const failures: Record<string, number> = {};
  for (const [contender, taken] of samples) {
    values[contender] = median(taken.map(({ value }) => value));
    failures[contender] = taken.reduce((sum, sample) => sum + sample.failures, 0);
    const [error] = taken.flatMap(({ errors }) => errors ?? []);
    if (error) console.error(`${section}: ${name}: ${contender}: ${error}`);
  }
  const ratio = budget && median(ratios(samples.get(ours) ?? [], samples.get(budget.peer) ?? []));
  return {
    section,
    name,
    unit,
    values,
    failures,
    met: isMet(measurement, { ratio, value: values[ours], failures: failures[ours] ?? 0 }),
    ...(ratio === undefined ? {} : { ratio }),
    ...(budget ? { budget: budgetText(measurement, budget) } : {}),
    ...(limit === undefined ? {} : { budget: `< ${limit} ${unit}` }),
  };
}

function ratios(mine: readonly Sample[], theirs: readonly Sample[]): number[] {
  return mine.map(({ value }, at) => value / (theirs[at]?.value ?? Number.NaN));
}

function isMet(
  { better, budget, limit, maxFailures }: Measurement,
  {
    ratio,
    value,
    failures,
  }: { ratio: number | undefined; value: number | undefined; failures: number },
): boolean {
  if (limit !== undefined && !(value !== undefined && value < limit)) return false;
  if (maxFailures !== undefined && failures > maxFailures) return false;
  if (!budget || ratio === undefined) return true;
  return better === 'larger' ? ratio >= budget.ratio : ratio <= budget.ratio;
}

function budgetText({ better }: Measurement, budget: { peer: string; ratio: number }): string {
  return `${better === 'larger' ? '>=' : '<='} ${budget.ratio} x ${budget.peer}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}
