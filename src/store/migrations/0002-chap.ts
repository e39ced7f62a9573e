/**
 * CHAP per host. A host's `chapSecret` is what its next boot logs in with; the one of an overlay or an
 * entry is what the PC that boots from it was given, null for none, and stays until that PC boots again.
 * Empty is that of a host from before, to be made at the next start. `editorHostId` is the super host
 * that has the entry's drafts.
 */
export const chap = `
ALTER TABLE hosts ADD COLUMN chap INTEGER NOT NULL DEFAULT 1 CHECK (chap IN (0, 1));
ALTER TABLE hosts ADD COLUMN chapSecret TEXT NOT NULL DEFAULT '';
ALTER TABLE overlays ADD COLUMN chapSecret TEXT;
ALTER TABLE entries ADD COLUMN editorHostId INTEGER REFERENCES hosts (id) ON DELETE SET NULL;
ALTER TABLE entries ADD COLUMN editorChapSecret TEXT;
`;
