import { partNames, type ScriptTemplates, scriptNames } from './boot/script.ts';
import type { Resources } from './resources.ts';
import type { ToolFolders } from './service/tool-folders.ts';

const toolsFolder = 'templates/tools';

/** The tools that ship with the program, a folder each. */
export function shippedTools(resources: Resources): ToolFolders {
  const paths = resources.list(toolsFolder);
  return {
    names: async () => [...new Set(paths.map((path) => path.split('/')[2] ?? ''))].sort(),
    async read(name, file) {
      const path = `${toolsFolder}/${name}/${file}`;
      return paths.includes(path) ? resources.read(path).toString() : undefined;
    },
  };
}

/** The iPXE templates that ship with the program. */
export function readScriptTemplates(resources: Resources): ScriptTemplates {
  const entries = [...scriptNames, ...partNames].map(
    (name) => [name, resources.read(`templates/ipxe/${name}.njk`).toString()] as const,
  );
  return Object.fromEntries(entries) as ScriptTemplates;
}

/** Our licence, and where this is the single binary, those of all that is in it. */
export function readLicenses(resources: Resources): string {
  const others = resources.list('licences').map((path) => resources.read(path).toString());
  return [resources.read('LICENSE').toString(), ...others].join('\n\n');
}
