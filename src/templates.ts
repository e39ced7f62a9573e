import { fileURLToPath } from 'node:url';
import { partNames, type ScriptTemplates, scriptNames } from './boot/script.ts';
import type { Resources } from './resources.ts';

/** The tools that ship with the program, a folder each. */
export const toolsDirectory = fileURLToPath(new URL('../templates/tools', import.meta.url));

/** The iPXE templates that ship with the program. */
export function readScriptTemplates(resources: Resources): ScriptTemplates {
  const entries = [...scriptNames, ...partNames].map(
    (name) => [name, resources.read(`templates/ipxe/${name}.njk`).toString()] as const,
  );
  return Object.fromEntries(entries) as ScriptTemplates;
}
