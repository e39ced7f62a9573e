/**
 * Sizes of versions and drafts, since growing an image makes its next version larger; and the volumes that
 * are to go, or that are being made and to go unless whoever makes them gets done.
 */
export const imageLife = `
ALTER TABLE versions ADD COLUMN sizeBytes INTEGER NOT NULL DEFAULT 0;
UPDATE versions SET sizeBytes = (SELECT sizeBytes FROM images WHERE images.id = versions.imageId);
ALTER TABLE drafts ADD COLUMN sizeBytes INTEGER NOT NULL DEFAULT 0;
UPDATE drafts SET sizeBytes = (SELECT sizeBytes FROM images WHERE images.id = drafts.imageId);

CREATE TABLE unwantedVolumes (
  volume TEXT PRIMARY KEY
) STRICT;
`;
