/** What a task did, line by line; `data` is JSON that fills the line's text. */
export const taskLines = `
CREATE TABLE taskLines (
  id INTEGER PRIMARY KEY,
  taskId INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  code TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX taskLinesByTask ON taskLines (taskId, id);
`;
