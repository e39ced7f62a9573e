// The list of PCs: which of them are shown, and in which order. Rows are replaced while this goes on.
const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
const collator = new Intl.Collator('zh-CN', { numeric: true });
const states = ['error', 'booting', 'super', 'running', 'off'];
const noneValue = ' none';
let sortedBy = 'name';
let isDescending = false;

/** @returns {HTMLElement[]} */
const rows = () =>
  [...document.querySelectorAll('#host-rows > .host-row')].map(
    (row) => /** @type {HTMLElement} */ (row),
  );
/** @type {HTMLSelectElement[]} */
const filters = [...document.querySelectorAll('[data-filter-by]')].map(
  (select) => /** @type {HTMLSelectElement} */ (select),
);

/** @param {HTMLElement} row */
function keyOf(row) {
  const value = row.dataset[sortedBy] ?? '';
  return sortedBy === 'state' ? String(states.indexOf(value)) : value;
}

/** What is empty comes last, either way. @param {HTMLElement} a @param {HTMLElement} b */
function compare(a, b) {
  const [left, right] = [keyOf(a), keyOf(b)];
  if ((left === '') !== (right === '')) return left === '' ? 1 : -1;
  const order = collator.compare(left, right) * (isDescending ? -1 : 1);
  return order || collator.compare(a.dataset.name ?? '', b.dataset.name ?? '');
}

/** Only where it is another order: moving what has the focus takes it away. */
function sort() {
  const now = rows();
  const wanted = now.toSorted(compare);
  if (wanted.some((row, index) => row !== now[index])) byId('host-rows').append(...wanted);
  for (const head of document.querySelectorAll('[data-column]')) {
    const isIt = head.getAttribute('data-column') === sortedBy;
    const order = isDescending ? 'descending' : 'ascending';
    head.setAttribute('aria-sort', isIt ? order : 'none');
  }
}

/** The groups and entries that there are now. @param {HTMLSelectElement} select */
function fill(select) {
  const field = select.dataset.filterBy ?? '';
  if (field === 'state') return;
  const values = [...new Set(rows().map((row) => row.dataset[field] ?? ''))].sort(collator.compare);
  const choices = values.map((value) => value || noneValue);
  const shown = [...select.options].slice(1).map(({ value }) => value);
  if (choices.join('\n') === shown.join('\n')) return;
  const chosen = select.value;
  select.length = 1;
  for (const value of choices) {
    select.add(new Option(value === noneValue ? select.dataset.none : value, value));
  }
  select.value = choices.includes(chosen) ? chosen : '';
}

/** @param {HTMLElement} row @param {string} text */
function isWanted(row, text) {
  const isChosen = filters.every(({ value, dataset }) => {
    const own = row.dataset[dataset.filterBy ?? ''] ?? '';
    return value === '' || own === (value === noneValue ? '' : value);
  });
  if (!isChosen || text === '') return isChosen;
  const { name, ip, mac, group, entry } = row.dataset;
  const all = [name, ip, mac, mac?.replaceAll(':', ''), group, entry].join(' ').toLowerCase();
  return text.split(/\s+/).every((word) => all.includes(word));
}

function apply() {
  for (const select of filters) fill(select);
  const all = rows();
  if (all.length > 0) sort();
  const text = byId('host-search').value.trim().toLowerCase();
  let shown = 0;
  for (const row of all) {
    row.hidden = !isWanted(row, text);
    if (!row.hidden) shown += 1;
  }
  byId('host-filters').hidden = all.length === 0;
  byId('hosts-nothing').hidden = shown > 0 || all.length === 0;
  byId('hosts-shown').textContent =
    shown === all.length ? String(shown) : `${shown} / ${all.length}`;
}

document.addEventListener('click', (event) => {
  const button = /** @type {Element} */ (event.target).closest('[data-sort]');
  if (!button) return;
  const column = button.getAttribute('data-sort') ?? 'name';
  isDescending = column === sortedBy && !isDescending;
  sortedBy = column;
  apply();
});
byId('host-search').addEventListener('input', apply);
for (const select of filters) select.addEventListener('change', apply);
document.body.addEventListener('htmx:sseMessage', apply);
apply();
