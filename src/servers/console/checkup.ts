/** One line of what was found; `data` fills its texts. */
export interface Finding {
  /** What looked. */
  check: string;
  verdict: 'ok' | 'warn' | 'fail';
  code: string;
  data: Record<string, string | number>;
}

/** Findings as they were at a time, in epoch milliseconds. */
export interface CheckupResult {
  at: number;
  findings: Finding[];
}

export type Checkup = ReturnType<typeof createCheckup>;

/** Looks at the server for whoever asks; several who ask at once wait for the same look. */
export function createCheckup(examine: () => Promise<Finding[]>, now: () => number) {
  let latest: CheckupResult | undefined;
  let running: Promise<CheckupResult> | undefined;

  async function look(): Promise<CheckupResult> {
    const findings = await examine();
    latest = { at: now(), findings };
    return latest;
  }

  return {
    /** Takes some seconds. */
    run(): Promise<CheckupResult> {
      running ??= look().finally(() => {
        running = undefined;
      });
      return running;
    },
    /** What was found the last time; undefined where nobody has looked yet. */
    latest: (): CheckupResult | undefined => latest,
  };
}

/** Where a finding can be put right in the console. */
const places: Readonly<Record<string, 'network' | 'storage-settings' | 'storage'>> = {
  'dhcp-none': 'network',
  'dhcp-several': 'network',
  'dhcp-beside-ours': 'network',
  'group-missing': 'storage-settings',
  'kernel-no-lio': 'storage-settings',
  'pool-filling': 'storage',
  'pool-full': 'storage',
  'pool-broken': 'storage',
};

export interface FindingView extends Finding {
  place: 'network' | 'storage-settings' | 'storage' | null;
}

/** The worst first, and what is well by itself. */
export function sortFindings({ findings }: CheckupResult) {
  const toView = (finding: Finding): FindingView => ({
    ...finding,
    place: places[finding.code] ?? null,
  });
  const of = (wanted: Finding['verdict']) =>
    findings.filter(({ verdict }) => verdict === wanted).map(toView);
  return { bad: [...of('fail'), ...of('warn')], good: of('ok') };
}
