/** Says so while a page is not live: the stream ended, and is being opened again. */
export function startLiveState() {
  const note = document.getElementById('live-lost');
  if (!note) return;
  document.body.addEventListener('htmx:sseError', () => {
    note.hidden = false;
  });
  document.body.addEventListener('htmx:sseOpen', () => {
    note.hidden = true;
  });
}
