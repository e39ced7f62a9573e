/**
 * The first schema. Times are milliseconds since the epoch, sizes are bytes, MACs are lower case
 * with colons. A `volume` is a name in the VolumeStore and is written before the volume is made.
 */
export const first = `
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  kind TEXT NOT NULL CHECK (kind IN ('os', 'data')),
  description TEXT NOT NULL DEFAULT '',
  sizeBytes INTEGER NOT NULL CHECK (sizeBytes > 0),
  publishedVersionId INTEGER REFERENCES versions (id),
  createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  imageId INTEGER NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  volume TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('making', 'ready')),
  createdAt INTEGER NOT NULL,
  UNIQUE (imageId, number)
) STRICT;

CREATE TABLE drafts (
  imageId INTEGER PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  baseVersionId INTEGER NOT NULL REFERENCES versions (id),
  volume TEXT NOT NULL UNIQUE,
  createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  description TEXT NOT NULL DEFAULT '',
  osImageId INTEGER NOT NULL REFERENCES images (id),
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE entryDataImages (
  entryId INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
  imageId INTEGER NOT NULL REFERENCES images (id),
  position INTEGER NOT NULL,
  PRIMARY KEY (entryId, position),
  UNIQUE (entryId, imageId)
) STRICT;

CREATE TABLE hosts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mac TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  ip TEXT UNIQUE,
  groupId INTEGER REFERENCES groups (id) ON DELETE SET NULL,
  entryId INTEGER REFERENCES entries (id) ON DELETE SET NULL,
  super INTEGER NOT NULL DEFAULT 0 CHECK (super IN (0, 1)),
  overlay TEXT NOT NULL DEFAULT 'discard' CHECK (overlay IN ('discard', 'keep')),
  createdAt INTEGER NOT NULL
) STRICT;

CREATE TABLE unknownHosts (
  mac TEXT PRIMARY KEY,
  arch INTEGER NOT NULL,
  vendorClass TEXT NOT NULL,
  firstSeenAt INTEGER NOT NULL,
  lastSeenAt INTEGER NOT NULL
) STRICT;
CREATE INDEX unknownHostsByLastSeen ON unknownHosts (lastSeenAt);

CREATE TABLE overlays (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hostId INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
  entryId INTEGER NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
  imageId INTEGER NOT NULL REFERENCES images (id),
  versionId INTEGER NOT NULL REFERENCES versions (id),
  volume TEXT NOT NULL UNIQUE,
  policy TEXT NOT NULL CHECK (policy IN ('discard', 'keep')),
  createdAt INTEGER NOT NULL,
  usedAt INTEGER,
  target TEXT,
  lun INTEGER,
  CHECK ((target IS NULL) = (lun IS NULL)),
  CHECK (target IS NULL OR usedAt IS NOT NULL)
) STRICT;
-- At most one that waits for the next boot and one that a boot was given.
CREATE UNIQUE INDEX overlaysFresh ON overlays (hostId, entryId, imageId) WHERE usedAt IS NULL;
CREATE UNIQUE INDEX overlaysUsed ON overlays (hostId, entryId, imageId) WHERE usedAt IS NOT NULL;
CREATE UNIQUE INDEX overlaysByTarget ON overlays (target, lun) WHERE target IS NOT NULL;
-- These are partial, so they serve no query that asks for both kinds.
CREATE INDEX overlaysByHost ON overlays (hostId, entryId);

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'warn', 'error')),
  mac TEXT,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX eventsByTime ON events (at);
CREATE INDEX eventsByMac ON events (mac, id);

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
  doneBytes INTEGER NOT NULL DEFAULT 0,
  totalBytes INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  createdAt INTEGER NOT NULL,
  endedAt INTEGER
) STRICT;
`;
