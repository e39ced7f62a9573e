/**
 * The highest number that an image's versions ever had, since none is given twice. And PCs that write their
 * own disk to an image's draft: `target` is what such a PC was given the draft by, null before its next
 * boot, with `chapSecret`, null for no CHAP.
 */
export const imageLife2 = `
ALTER TABLE images ADD COLUMN lastVersion INTEGER NOT NULL DEFAULT 0;
UPDATE images SET lastVersion =
  (SELECT coalesce(max(number), 0) FROM versions WHERE versions.imageId = images.id);

CREATE TABLE captures (
  hostId INTEGER PRIMARY KEY REFERENCES hosts (id) ON DELETE CASCADE,
  imageId INTEGER NOT NULL REFERENCES images (id),
  target TEXT,
  chapSecret TEXT,
  CHECK (chapSecret IS NULL OR target IS NOT NULL)
) STRICT;
`;
