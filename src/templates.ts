import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { partNames, type ScriptTemplates, scriptNames } from './boot/script.ts';

/** The tools that ship with the program, a folder each. */
export const toolsDirectory = fileURLToPath(new URL('../templates/tools', import.meta.url));

/** The iPXE templates that ship with the program. */
export async function readScriptTemplates(): Promise<ScriptTemplates> {
  const entries = await Promise.all(
    [...scriptNames, ...partNames].map(async (name) => {
      const url = new URL(`../templates/ipxe/${name}.njk`, import.meta.url);
      return [name, await readFile(url, 'utf8')] as const;
    }),
  );
  return Object.fromEntries(entries) as ScriptTemplates;
}
