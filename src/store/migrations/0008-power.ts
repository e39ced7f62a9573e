/**
 * By which means a host is switched on and off, a JSON list in the order of preference; and what the OS
 * of a host last told of itself when it was up, with its hardware as JSON.
 */
export const power = `
ALTER TABLE hosts ADD COLUMN power TEXT NOT NULL DEFAULT '["agent","wol"]';

CREATE TABLE osReports (
  hostId INTEGER PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
  reportedAt INTEGER NOT NULL,
  address TEXT NOT NULL,
  os TEXT NOT NULL,
  version TEXT NOT NULL,
  bootedAt INTEGER,
  inventory TEXT
) STRICT;
`;
