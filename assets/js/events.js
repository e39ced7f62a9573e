// A page that is left open grows by what happens: the oldest of it goes, unless older ones were asked for.
const kept = 500;

document.body.addEventListener('htmx:afterSwap', (event) => {
  // A live fragment's swap says nothing of its target.
  if (/** @type {CustomEvent} */ (event).detail.target?.id !== 'events-head') return;
  const list = document.getElementById('event-list');
  const more = document.getElementById('events-older');
  const rows = [...(list?.querySelectorAll('.event') ?? [])];
  // Those that were asked for beyond the first page stay as they are.
  if (list?.dataset.isLong === 'yes' || more === null) return;
  for (const row of rows.slice(kept)) row.remove();
});
document.body.addEventListener('click', (event) => {
  const target = /** @type {Element} */ (event.target);
  const list = document.getElementById('event-list');
  if (list && target.closest('#events-older button')) list.dataset.isLong = 'yes';
});
