/**
 * How a PC starts, as chosen, and per platform the way that is tried or has worked (`worked`): the boot
 * file, and how UEFI is told of it. And the entry that a PC boots once, before its usual one again.
 */
export const waysIn = `
ALTER TABLE hosts ADD COLUMN firmware TEXT NOT NULL DEFAULT 'auto'
  CHECK (firmware IN ('auto', 'undionly', 'ipxe', 'snponly', 'http', 'local'));
ALTER TABLE hosts ADD COLUMN nextEntryId INTEGER REFERENCES entries (id) ON DELETE SET NULL;

CREATE TABLE bootWays (
  hostId INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  platform TEXT NOT NULL,
  file TEXT NOT NULL,
  offer TEXT NOT NULL CHECK (offer IN ('boot-server', 'direct', 'plain')),
  worked INTEGER NOT NULL CHECK (worked IN (0, 1)),
  PRIMARY KEY (hostId, platform)
) STRICT;
`;
