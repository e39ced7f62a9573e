import { readFile } from 'node:fs/promises';
import { type ScriptName, scriptNames } from './boot/script.ts';

/** The iPXE templates that ship with the program. */
export async function readScriptTemplates(): Promise<Record<ScriptName, string>> {
  const entries = await Promise.all(
    scriptNames.map(async (name) => {
      const url = new URL(`../templates/ipxe/${name}.njk`, import.meta.url);
      return [name, await readFile(url, 'utf8')] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<ScriptName, string>;
}
