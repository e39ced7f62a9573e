// The settings' page: what is searched for, and a change that was asked about and then not made.
const byId = (/** @type {string} */ id) => document.getElementById(id);
/** @param {string} selector */
const all = (selector) =>
  [...document.querySelectorAll(selector)].map((each) => /** @type {HTMLElement} */ (each));

function search() {
  const field = /** @type {HTMLInputElement} */ (byId('setting-search'));
  const wanted = field.value.trim().toLowerCase();
  const isWanted = (/** @type {HTMLElement} */ row) =>
    `${row.dataset.setting} ${row.querySelector('.setting-help')?.textContent}`
      .toLowerCase()
      .includes(wanted);
  for (const row of all('[data-setting]')) row.hidden = wanted !== '' && !isWanted(row);
  for (const more of all('.setting-more')) {
    if (wanted !== '') more.setAttribute('open', '');
    more.hidden = !more.querySelector('[data-setting]:not([hidden])');
  }
  for (const group of all('.setting-group')) {
    group.hidden = !group.querySelector('[data-setting]:not([hidden])');
  }
  const nothing = byId('settings-nothing');
  if (nothing) nothing.hidden = all('.setting-group:not([hidden])').length > 0;
}

byId('setting-search')?.addEventListener('input', search);

/** The form whose change is being asked about. @type {HTMLFormElement | undefined} */
let asked;
document.body.addEventListener('htmx:confirm', (event) => {
  const { elt, question } = /** @type {CustomEvent} */ (event).detail;
  asked = question && elt.matches('form[data-asks]') ? elt : undefined;
});
document.body.addEventListener('htmx:beforeRequest', (event) => {
  if (/** @type {CustomEvent} */ (event).detail.elt === asked) asked = undefined;
});
// Not made: the field shows again what is so.
byId('confirm')?.addEventListener('close', () => {
  setTimeout(() => {
    asked?.reset();
    asked = undefined;
  });
});
