// The overview's charts: what went through the server, as /api/v1/traffic tells it, kept up while somebody looks.
import { createChart } from './chart.js';

const root = /** @type {HTMLElement} */ (document.getElementById('charts'));
/** The server's clock, by what it was when the page was made. */
const skewMs = Number(root.dataset.now) - Date.now();
const dayMs = 86_400_000;
/** How far back, one point each so many seconds, asked for again so often. @type {Record<string, { spanMs: number, step: number, everyMs: number }>} */
const ranges = {
  '15m': { spanMs: 900_000, step: 5, everyMs: 5_000 },
  '24h': { spanMs: dayMs, step: 300, everyMs: 60_000 },
  '7d': { spanMs: 7 * dayMs, step: 3_600, everyMs: 300_000 },
  '30d': { spanMs: 30 * dayMs, step: 14_400, everyMs: 300_000 },
};
let chosen = '15m';
let timer = 0;

/** @param {any} traffic @param {{ spanMs: number }} range */
function toPool({ at, poolUsedBytes }, { spanMs }) {
  const { total, fullInDays } = document.getElementById('pool')?.dataset ?? {};
  const percent = (/** @type {number | null} */ bytes) =>
    bytes === null ? null : (bytes / Number(total)) * 100;
  const pool = poolUsedBytes.map(percent);
  const last = pool.at(-1);
  // Growth by days is nothing to see in minutes.
  if (!fullInDays || spanMs < 7 * dayMs || last === null || last === undefined) {
    return { at, pool, forecast: pool.map(() => null) };
  }
  const aheadMs = Math.min(spanMs / 2, Number(fullInDays) * dayMs);
  const then = last + (100 - last) * (aheadMs / (Number(fullInDays) * dayMs));
  const nothing = pool.slice(1).map(() => null);
  return {
    at: [...at, at.at(-1) + aheadMs / 1_000],
    pool: [...pool, null],
    forecast: [...nothing, last, then],
  };
}

const charts = [...root.querySelectorAll('[data-chart]')].map((figure) => ({
  isPool: figure.getAttribute('data-chart') === 'pool',
  ...createChart(/** @type {HTMLElement} */ (figure), () => ranges[chosen]?.spanMs ?? 0),
}));

/** Single boots are spikes by seconds: so many in the minute before instead. @param {any} traffic @param {{ step: number }} range */
function smoothBoots(traffic, { step }) {
  const points = Math.max(1, Math.floor(60 / step));
  const boots = traffic.boots.map((/** @type {number} */ _, /** @type {number} */ index) => {
    const before = traffic.boots.slice(Math.max(0, index + 1 - points), index + 1);
    return (
      before.reduce((/** @type {number} */ sum, /** @type {number} */ each) => sum + each, 0) /
      points
    );
  });
  return { ...traffic, boots };
}

async function refresh() {
  const range = ranges[chosen];
  if (!range || document.hidden) return;
  const from = Math.round(Date.now() + skewMs - range.spanMs);
  const answer = await fetch(`/api/v1/traffic?from=${from}&step=${range.step}`).catch(
    () => undefined,
  );
  if (!answer?.ok) return;
  const traffic = smoothBoots(await answer.json(), range);
  const pool = toPool(traffic, range);
  for (const chart of charts) chart.show(chart.isPool ? pool : traffic);
}

function start() {
  clearInterval(timer);
  timer = window.setInterval(() => void refresh(), ranges[chosen]?.everyMs);
  void refresh();
}

for (const button of root.querySelectorAll('[data-range]')) {
  button.addEventListener('click', () => {
    chosen = button.getAttribute('data-range') ?? chosen;
    for (const each of root.querySelectorAll('[data-range]')) {
      each.classList.toggle('active', each === button);
      each.setAttribute('aria-pressed', String(each === button));
    }
    // Its axis tells days or hours.
    for (const chart of charts) chart.restart();
    start();
  });
}
addEventListener('resize', () => {
  for (const chart of charts) chart.resize();
});
document.addEventListener('visibilitychange', () => void refresh());
start();
