// What the server refused is said beside the field that it is about; the toast says it too.

/** @param {Element} form */
function clear(form) {
  for (const text of form.querySelectorAll('.field-problem')) text.remove();
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid');
    field.classList.remove('is-invalid');
  }
}

/** @param {Element} form @param {string} name @param {string} text */
function show(form, name, text) {
  const field = form.querySelector(`[name="${name}"]`);
  if (!(field instanceof HTMLElement) || field.getAttribute('type') === 'hidden') return;
  const problem = document.createElement('div');
  problem.className = 'invalid-feedback d-block field-problem';
  problem.id = `problem-${name}`;
  problem.setAttribute('role', 'alert');
  problem.textContent = text;
  field.setAttribute('aria-invalid', 'true');
  field.setAttribute('aria-describedby', problem.id);
  field.classList.add('is-invalid');
  field.after(problem);
  field.focus();
}

/** Beside a file picker: the file that is chosen. @param {Event} event */
function tellFile({ target }) {
  if (!(target instanceof HTMLInputElement)) return;
  const name = target.closest('.file-picker')?.querySelector('.file-picker-name');
  if (name instanceof HTMLElement) {
    name.textContent = target.files?.[0]?.name ?? name.dataset.none ?? '';
  }
}

/** Follows forms that htmx sends, and files that are chosen. */
export function startForms() {
  document.body.addEventListener('change', tellFile);
  document.body.addEventListener('htmx:beforeRequest', (event) => {
    clear(/** @type {CustomEvent} */ (event).detail.elt);
  });
  document.body.addEventListener('htmx:responseError', (event) => {
    const { elt, xhr } = /** @type {CustomEvent} */ (event).detail;
    const name = xhr.getResponseHeader('x-problem-field');
    const trigger = xhr.getResponseHeader('hx-trigger');
    if (name && trigger) show(elt, name, JSON.parse(trigger).toast.text);
  });
}
