/** How full the pool was: each minute of the last day, and each hour's fullest minute before that. */
export const poolSamples = `
CREATE TABLE poolSamples (
  at INTEGER PRIMARY KEY,
  totalBytes INTEGER NOT NULL,
  usedBytes INTEGER NOT NULL,
  metadataTotalBytes INTEGER,
  metadataUsedBytes INTEGER,
  CHECK ((metadataTotalBytes IS NULL) = (metadataUsedBytes IS NULL))
) STRICT;
`;
