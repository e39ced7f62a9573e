const sizes = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 3 });

/** As src/servers/console/formats.ts writes it. @param {number} bytes */
export function formatBytes(bytes) {
  const power = Math.max(0, Math.min(5, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${sizes.format(bytes / 1_000 ** power)} ${['B', 'kB', 'MB', 'GB', 'TB', 'PB'][power]}`;
}
