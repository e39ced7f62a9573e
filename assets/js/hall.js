// The hall: what is shown of it, and which PCs are ticked. Tiles are replaced while this goes on.
/** @typedef {HTMLInputElement} Tick */
const hall = () => /** @type {HTMLElement} */ (document.getElementById('hall'));
const byId = (/** @type {string} */ id) => document.getElementById(id);
/** @type {Set<string>} names of the PCs that are ticked */
const picked = new Set();
let wantedState = '';
let wantedText = '';

/** @param {Element} within @returns {Tick[]} */
const ticksIn = (within) =>
  [...within.querySelectorAll('.tile-check')].map((tick) => /** @type {Tick} */ (tick));
/** @param {Element} within */
const shownTicks = (within) =>
  ticksIn(within).filter((tick) => !tick.closest('.tile')?.hasAttribute('hidden'));

function showPicked() {
  const bar = byId('picked');
  const number = byId('picked-number');
  if (!bar || !number) return;
  bar.hidden = picked.size === 0;
  number.textContent = String(picked.size);
  for (const button of bar.querySelectorAll('[data-confirm]')) {
    const question = button.getAttribute('data-confirm') ?? '';
    button.setAttribute('hx-confirm', question.replace('%', String(picked.size)));
  }
}

/** @param {Tick[]} ticks @param {boolean} isOn */
function pick(ticks, isOn) {
  for (const tick of ticks) {
    tick.checked = isOn;
    if (isOn) picked.add(tick.value);
    else picked.delete(tick.value);
  }
  showPicked();
}

/** @param {HTMLElement} tile */
function isWanted(tile) {
  if (wantedState && tile.dataset.state !== wantedState) return false;
  return !wantedText || (tile.textContent ?? '').toLowerCase().includes(wantedText);
}

/** Makes tiles that are new on the page as the others are. */
function apply() {
  for (const each of hall().querySelectorAll('.tile')) {
    const tile = /** @type {HTMLElement} */ (each);
    tile.hidden = !isWanted(tile);
  }
  let isAnyShown = false;
  for (const group of hall().querySelectorAll('.hall-group')) {
    const isShown = group.querySelector('.tile:not([hidden])') !== null;
    /** @type {HTMLElement} */ (group).hidden = !isShown;
    isAnyShown ||= isShown;
  }
  const nothing = byId('hall-nothing');
  if (nothing) nothing.hidden = isAnyShown || hall().querySelector('.tile') === null;
  for (const tick of ticksIn(hall())) tick.checked = picked.has(tick.value);
  for (const count of document.querySelectorAll('[data-filter]')) {
    const isPressed = count.getAttribute('data-filter') === wantedState;
    count.setAttribute('aria-pressed', String(isPressed));
  }
}

document.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  const filter = target.closest('[data-filter]')?.getAttribute('data-filter');
  if (filter) {
    wantedState = wantedState === filter ? '' : filter;
    apply();
  }
  const group = target.closest('[data-select-group]')?.closest('.hall-group');
  const all = target.closest('#hall-select-all') ? hall() : group;
  if (all) {
    const ticks = shownTicks(all);
    pick(
      ticks,
      ticks.some((tick) => !tick.checked),
    );
  }
  if (target.closest('#picked-clear')) pick(ticksIn(hall()), false);
});

document.addEventListener('change', (event) => {
  const target = /** @type {Tick} */ (event.target);
  if (target.matches('.tile-check')) pick([target], target.checked);
});

byId('hall-search')?.addEventListener('input', (event) => {
  wantedText = /** @type {Tick} */ (event.target).value.trim().toLowerCase();
  apply();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !document.querySelector('dialog[open]'))
    pick(ticksIn(hall()), false);
});
document.body.addEventListener('htmx:sseMessage', apply);
// What was ticked before this script came.
pick(
  ticksIn(hall()).filter((tick) => tick.checked),
  true,
);
apply();
