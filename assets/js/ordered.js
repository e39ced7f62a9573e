// Lists in an order that people choose: items are dragged by their handle, or moved by their buttons.
/** @type {any} */
const { Sortable } = window;

/** Told to the list, as an event that htmx can wait for. @param {Element} list */
const tell = (list) => list.dispatchEvent(new CustomEvent('ordered', { bubbles: true }));

/** @param {Element} root */
function start(root) {
  for (const list of root.querySelectorAll('[data-ordered]')) {
    Sortable.get(list) ??
      Sortable.create(list, {
        handle: '.ordered-handle',
        animation: 120,
        onEnd: () => tell(list),
      });
  }
}

document.addEventListener('click', (event) => {
  const button = /** @type {Element} */ (event.target).closest('[data-move]');
  const item = button?.closest('[data-ordered] > *');
  const list = item?.parentElement;
  if (!button || !item || !list) return;
  const isUp = button.getAttribute('data-move') === '-1';
  const other = isUp ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (isUp) other.before(item);
  else other.after(item);
  /** @type {HTMLElement} */ (button).focus();
  tell(list);
});

// A list that the server sends anew is one of these again.
document.body.addEventListener('htmx:sseMessage', () => start(document.body));
start(document.body);
