/** The tool that a PC in super mode starts once, before it boots as usual again. */
export const nextTool = `
ALTER TABLE hosts ADD COLUMN nextTool TEXT;
`;
