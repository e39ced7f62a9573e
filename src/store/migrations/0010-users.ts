/**
 * Who may use the console and the API, their sessions and tokens (only hashes of the secrets), and who did
 * what. Times are epoch milliseconds.
 */
export const users = `
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role IN ('admin', 'operator', 'viewer')),
  passwordHash TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  lastLoginAt INTEGER
) STRICT;

CREATE TABLE sessions (
  tokenHash TEXT PRIMARY KEY,
  userId INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  seenAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessionsOfUser ON sessions (userId);

CREATE TABLE apiTokens (
  id INTEGER PRIMARY KEY,
  userId INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  tokenHash TEXT NOT NULL UNIQUE,
  createdAt INTEGER NOT NULL,
  usedAt INTEGER,
  UNIQUE (userId, name)
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  user TEXT NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  target TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX auditAt ON audit (at);
`;
