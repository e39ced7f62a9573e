// Sends a disk file in parts. A part that does not arrive is sent again from where the server says it got to.
import { formatBytes } from './sizes.js';
import { formatDuration } from './time.js';
import { showToast } from './toasts.js';

/** A request is given 30 s: on a slow wireless network a part must be small. */
const [smallestPartBytes, largestPartBytes] = [64 * 1024, 8 * 1024 ** 2];
const [shortPartMs, longPartMs] = [1_000, 5_000];
const retryMs = [1_000, 2_000, 5_000, 10_000];
const root = /** @type {HTMLElement} */ (document.getElementById('upload'));
/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const csrf = JSON.parse(document.body.getAttribute('hx-headers') ?? '{}');
const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** @type {{ id: string, isCancelled: boolean } | undefined} */
let current;

/** @param {number} done @param {number} total @param {{ at: number, done: number }} from */
function showProgress(done, total, from) {
  const percent = Math.floor((done / total) * 100);
  const elapsedMs = performance.now() - from.at;
  const perMs = (done - from.done) / Math.max(1, elapsedMs);
  byId('upload-bar').value = percent;
  byId('upload-percent').textContent = `${percent}%`;
  byId('upload-done').textContent = `${formatBytes(done)} / ${formatBytes(total)}`;
  if (elapsedMs < 2_000 || perMs <= 0) return;
  const left = formatDuration((total - done) / perMs);
  byId('upload-rate').textContent = `${formatBytes(perMs * 1_000)}/s`;
  byId('upload-left').textContent = (root.dataset.left ?? '').replace('%', left);
}

/** The next part's size, after one took so long. @param {number} bytes @param {number} tookMs */
function adjustPart(bytes, tookMs) {
  if (tookMs < shortPartMs) return Math.min(bytes * 2, largestPartBytes);
  return tookMs > longPartMs ? Math.max(bytes / 2, smallestPartBytes) : bytes;
}

/** @param {string | undefined} text */
function showProblem(text) {
  byId('upload-problem').hidden = text === undefined;
  byId('upload-problem').textContent = text ?? '';
}

/** Another part is still being written, or the offset is another one: asking again helps. So it does for a part that was too slow. */
const passing = ['in_use', 'upload_offset'];
const tooSlow = 408;

/** Refused for good: why. */
class Refused extends Error {}

/** @param {string} id @param {string} method @param {RequestInit} [more] */
async function call(id, method, more = {}) {
  const headers = { ...csrf, .../** @type {object} */ (more.headers) };
  const answer = await fetch(`/api/v1/uploads/${id}`, { ...more, method, headers });
  if (answer.ok) return answer.status === 204 ? {} : answer.json();
  const { detail, code } = await answer.json().catch(() => ({}));
  const { status } = answer;
  const isPassing = status === tooSlow || passing.includes(code);
  const isLasting = (status >= 400 && status < 500 && !isPassing) || status === 507;
  const failure = new (isLasting ? Refused : Error)(detail ?? answer.statusText);
  throw Object.assign(failure, { isGone: status === 404, isInUse: code === 'in_use' });
}

/** Until all has come and its import has begun. @param {File} file @param {{ id: string, isCancelled: boolean }} upload */
async function send(file, upload) {
  let { offset } = await call(upload.id, 'GET');
  const from = { at: performance.now(), done: offset };
  let failures = 0;
  let partBytes = 8 * smallestPartBytes;
  let isLastSent = false;
  /** The last part came and its answer did not: it is being imported, or has been. @param {any} failure */
  const isTaken = ({ isGone, isInUse }) =>
    offset === file.size ? isGone || isInUse : isGone && isLastSent;
  while (!upload.isCancelled) {
    showProgress(offset, file.size, from);
    const partAt = performance.now();
    const part = file.slice(offset, offset + partBytes);
    try {
      const answer = await call(upload.id, 'PATCH', {
        headers: {
          'content-type': 'application/offset+octet-stream',
          'upload-offset': String(offset),
        },
        body: part,
      });
      failures = 0;
      partBytes = adjustPart(partBytes, performance.now() - partAt);
      showProblem(undefined);
      offset = answer.offset;
      if (answer.task) return true;
    } catch (error) {
      if (upload.isCancelled) break;
      if (isTaken(error)) return true;
      if (error instanceof Refused) throw error;
      isLastSent = offset + part.size === file.size;
      showProblem(root.dataset.retrying);
      partBytes = smallestPartBytes;
      await pause(retryMs[Math.min(failures, retryMs.length - 1)] ?? 0);
      failures += 1;
      const reached = await call(upload.id, 'GET').catch((problem) => problem);
      if (isTaken(reached)) return true;
      offset = reached.offset ?? offset;
    }
  }
  return false;
}

/** @param {string} id @param {File} file @param {string} name */
async function run(id, file, name) {
  const upload = { id, isCancelled: false };
  current = upload;
  byId('upload-form').hidden = true;
  byId('upload-running').hidden = false;
  byId('upload-unfinished')?.setAttribute('hidden', '');
  byId('upload-title').textContent = `${name} (${file.name})`;
  try {
    const isDone = await send(file, upload);
    current = undefined;
    if (isDone) location.assign('/tasks');
  } catch (error) {
    current = undefined;
    showProblem(/** @type {Error} */ (error).message);
  }
}

byId('upload-file').addEventListener('change', () => {
  const [file] = byId('upload-file').files;
  byId('upload-size').value = file ? String(file.size) : '';
});
document.body.addEventListener('uploadBegun', (event) => {
  const [file] = byId('upload-file').files;
  void run(
    /** @type {CustomEvent} */ (event).detail.id,
    file,
    root.dataset.name ?? byId('upload-name').value,
  );
});
root.addEventListener('change', (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  const item = /** @type {HTMLElement | null} */ (input.closest('[data-upload]'));
  const [file] = input.files ?? [];
  if (!item || !file) return;
  if (file.size === Number(item.dataset.size)) {
    void run(item.dataset.upload ?? '', file, item.dataset.name ?? '');
  } else showToast({ level: 'danger', text: root.dataset.otherSize ?? '' });
});
byId('upload-cancel').addEventListener('click', async () => {
  const upload = current;
  if (!upload) return location.reload();
  upload.isCancelled = true;
  // The part under way ends first.
  for (let tries = 0; tries < 20; tries++) {
    const isGone = await call(upload.id, 'DELETE').then(
      () => true,
      (error) => error instanceof Refused,
    );
    if (isGone) break;
    await pause(250);
  }
  location.reload();
});
addEventListener('beforeunload', (event) => {
  if (current && !current.isCancelled) event.preventDefault();
});
