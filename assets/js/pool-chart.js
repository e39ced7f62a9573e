// How full the pool was, by the samples of the last two weeks.
const spanMs = 14 * 86_400_000;
const everyMs = 60_000;
const root = /** @type {HTMLElement} */ (document.getElementById('pool-chart'));
/** @type {any} */
const { uPlot } = window;
/** @type {any} */
let chart;

const colour = (/** @type {string} */ name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const percent = (/** @type {number | null} */ value) =>
  value === null || value === undefined ? '–' : `${Math.round(value * 10) / 10}%`;

/** @param {{ at: number, usedBytes: number, totalBytes: number, metadataUsedBytes: number | null, metadataTotalBytes: number | null }[]} samples */
function toData(samples) {
  return [
    samples.map(({ at }) => at / 1_000),
    samples.map(({ usedBytes, totalBytes }) => (usedBytes / totalBytes) * 100),
    samples.map(({ metadataUsedBytes, metadataTotalBytes }) =>
      metadataUsedBytes === null || !metadataTotalBytes
        ? null
        : (metadataUsedBytes / metadataTotalBytes) * 100,
    ),
  ];
}

function options() {
  const axis = { stroke: colour('--quiet'), grid: { stroke: colour('--line') } };
  const line = {
    width: 2,
    value: (/** @type {unknown} */ _, /** @type {number} */ value) => percent(value),
  };
  return {
    width: root.clientWidth,
    height: 220,
    scales: { y: { range: [0, 100] } },
    axes: [
      axis,
      {
        ...axis,
        values: (/** @type {unknown} */ _, /** @type {number[]} */ values) => values.map(percent),
      },
    ],
    series: [
      {
        value: (/** @type {unknown} */ _, /** @type {number | null} */ at) =>
          at === null ? '–' : new Date(at * 1_000).toLocaleString(document.documentElement.lang),
        label: root.dataset.time,
      },
      {
        ...line,
        label: root.dataset.used,
        stroke: colour('--tblr-primary'),
        fill: `${colour('--tblr-primary')}22`,
      },
      { ...line, label: root.dataset.metadata, stroke: colour('--super') },
    ],
  };
}

async function refresh() {
  const answer = await fetch(`/api/v1/storage/pool/samples?since=${Date.now() - spanMs}`);
  if (!answer.ok) return;
  const samples = await answer.json();
  const none = document.getElementById('pool-chart-none');
  root.hidden = samples.length < 2;
  if (none) none.hidden = samples.length >= 2;
  if (samples.length < 2) return;
  if (chart) chart.setData(toData(samples));
  else chart = new uPlot(options(), toData(samples), root);
}

addEventListener('resize', () => chart?.setSize({ width: root.clientWidth, height: 220 }));
setInterval(() => !document.hidden && void refresh(), everyMs);
void refresh();
