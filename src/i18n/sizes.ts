const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Writes bytes as people read them, with three digits: `1.29 TB`. */
export function createSizeFormat(language: string): (bytes: number) => string {
  const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
  return (bytes) => {
    const exponent = Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    const power = Math.min(units.length - 1, exponent);
    return `${short.format(bytes / 1_000 ** power)} ${units[power]}`;
  };
}
