// A list of PCs out of a file: its text is put where it can be read, and sent from there.
const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));

/** Spreadsheets in China save as GBK, all others as UTF-8. @param {ArrayBuffer} content */
function decode(content) {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return new TextDecoder('gb18030').decode(content);
  }
}

/** What was looked through is another text than what stands there now. */
function forget() {
  byId('import-preview').replaceChildren();
  byId('import-preview').className = 'import-preview';
}

byId('import-file').addEventListener('change', async () => {
  const [file] = byId('import-file').files;
  if (!file) return;
  byId('import-text').value = decode(await file.arrayBuffer());
  forget();
  byId('import-form').requestSubmit();
});
byId('import-text').addEventListener('input', forget);
