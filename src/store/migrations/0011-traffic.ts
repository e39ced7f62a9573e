/** What went through the server in each minute, which begins at `at`; bytes and boots are totals of it. */
export const traffic = `
CREATE TABLE trafficMinutes (
  at INTEGER PRIMARY KEY,
  iscsiReadBytes INTEGER NOT NULL,
  iscsiWrittenBytes INTEGER NOT NULL,
  tftpBytes INTEGER NOT NULL,
  httpBytes INTEGER NOT NULL,
  boots INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  poolUsedBytes INTEGER
) STRICT;
`;
