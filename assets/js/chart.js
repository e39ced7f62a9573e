// One chart of some series over time, with their values in its caption.
import { formatBytes } from './sizes.js';

/** @type {any} */
const { uPlot } = window;
const { lang } = document.documentElement;
const height = 120;
const dayMs = 86_400_000;

const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
/** @type {Record<string, (value: number) => string>} */
const formats = {
  rate: (value) => `${formatBytes(value)}/s`,
  count: (value) => number.format(value),
  percent: (value) => `${number.format(value)}%`,
};
const time = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(lang, { month: 'numeric', day: 'numeric' });

const isKnown = (/** @type {unknown} */ value) => typeof value === 'number';

/**
 * Series and unit are said by the figure's `data-` attributes.
 * @param {HTMLElement} figure @param {() => number} spanMs how much time it shows
 */
export function createChart(figure, spanMs) {
  const plot = /** @type {HTMLElement} */ (figure.querySelector('.chart-plot'));
  const keys = [...figure.querySelectorAll('[data-series]')].map(
    (key) => /** @type {HTMLElement} */ (key),
  );
  const format = formats[figure.dataset.unit ?? ''] ?? String;
  const style = (/** @type {Element} */ element, /** @type {string} */ name) =>
    getComputedStyle(element).getPropertyValue(name).trim();
  /** @type {any} */
  let chart;

  /** Where the pointer is, else the latest. @param {any} plotted */
  function showValues({ data, cursor }) {
    for (const [index, key] of keys.entries()) {
      const column = data[index + 1];
      const value =
        cursor.idx === null || cursor.idx === undefined
          ? column.findLast(isKnown)
          : column[cursor.idx];
      const text = isKnown(value) ? format(value) : '–';
      const shown = key.querySelector('b');
      if (shown && shown.textContent !== text) shown.textContent = text;
      key.hidden = key.dataset.series === 'forecast' && !column.some(isKnown);
    }
  }

  function options() {
    const axis = {
      stroke: style(figure, '--quiet'),
      grid: { stroke: style(figure, '--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const isPercent = figure.dataset.unit === 'percent';
    const write = (/** @type {unknown} */ _, /** @type {number[]} */ values) =>
      values.map((value) => format(value));
    const when = (/** @type {unknown} */ _, /** @type {number[]} */ values) =>
      values.map((at) => (spanMs() > dayMs ? day : time).format(at * 1_000));
    return {
      width: plot.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      scales: {
        y: {
          range: isPercent
            ? [0, 100]
            : (/** @type {unknown} */ _, /** @type {number} */ __, /** @type {number} */ most) => [
                0,
                Math.max(most, 1) * 1.1,
              ],
        },
      },
      axes: [
        { ...axis, values: when, space: 70, size: 24, grid: { show: false } },
        { ...axis, values: write, space: 28, size: 68 },
      ],
      series: [
        {},
        ...keys.map((key, index) => {
          const colour = style(key, '--key');
          const dash = key.dataset.series === 'forecast' ? [4, 4] : undefined;
          return {
            stroke: colour,
            width: 1.5,
            dash,
            points: { show: false },
            ...(index === 0 && { fill: `${colour}22` }),
          };
        }),
      ],
      hooks: { setCursor: [showValues], setData: [showValues] },
    };
  }

  return {
    /** @param {Record<string, (number | null)[]>} columns */
    show(columns) {
      const data = [columns.at, ...keys.map(({ dataset }) => columns[dataset.series ?? ''])];
      const hasPoints = (columns.at?.length ?? 0) > 1;
      figure.classList.toggle('chart-empty', !hasPoints);
      if (!hasPoints) return;
      if (chart) chart.setData(data);
      else {
        chart = new uPlot(options(), data, plot);
        showValues(chart);
      }
    },
    resize: () => chart?.setSize({ width: plot.clientWidth, height }),
    restart() {
      chart?.destroy();
      chart = undefined;
    },
  };
}
