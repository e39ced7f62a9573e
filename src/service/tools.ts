import { join } from 'node:path';
import { isToolName, parseTool, type Tool } from '../boot/tool.ts';
import { CafebootError } from '../errors.ts';
import { findFile, listFiles } from './tool-files.ts';
import { directoryToolFolders, type ToolFolders } from './tool-folders.ts';

/** A tool as it is on the disk now. */
export interface FoundTool extends Tool {
  /** What it starts from: paths below the HTTP root, with a slash first, by the manifest's keys. */
  found: Record<string, string>;
  /** Files that it needs and that are not there: where each usually is. */
  missing: string[];
}

export interface ToolDeps {
  /** Those that ship with the program. */
  builtIn: ToolFolders;
  /** What PCs fetch by HTTP; `tools/` in it has the administrator's own, which come before ours of that name. */
  httpRoot: string;
  /** Told of a folder that is no tool. */
  onBad: (error: unknown) => void;
}

export type Tools = ReturnType<typeof createTools>;

const manifestName = 'tool.toml';

interface Folder {
  name: string;
  parent: ToolFolders;
  manifest: string;
}

type Located = FoundTool & { folder: Folder };

/** The catalogue of tools. It is read anew each time: a folder that is dropped there is in the next menu. */
export function createTools({ builtIn, httpRoot, onBad }: ToolDeps) {
  const parents = [builtIn, directoryToolFolders(join(httpRoot, 'tools'))];

  async function folders(): Promise<Folder[]> {
    const found = new Map<string, Folder>();
    for (const parent of parents) {
      for (const name of await parent.names()) {
        if (!isToolName(name)) continue;
        const manifest = await parent.read(name, manifestName);
        if (manifest !== undefined) found.set(name, { name, parent, manifest });
      }
    }
    return [...found.values()];
  }

  async function read({ name, manifest }: Folder): Promise<FoundTool[]> {
    const tool = parseTool(name, manifest);
    const files = await Promise.all(
      tool.files.map(async ({ key, paths, isOptional }) => {
        for (const path of paths) {
          const found = await findFile(httpRoot, path);
          if (found !== undefined) return { key, found };
        }
        return { key, missing: isOptional ? undefined : paths[0] };
      }),
    );
    const found = Object.fromEntries(
      files.flatMap(({ key, found: path }) => (path === undefined ? [] : [[key, path]])),
    );
    const missing = files.flatMap(({ missing: path }) => path ?? []);
    if (!tool.each) return [{ ...tool, found, missing }];
    const each = await listFiles(httpRoot, tool.each);
    return each.map(({ id, title, path }) => ({
      ...tool,
      name: `${name}-${id}`,
      title,
      found: { ...found, each: path },
      missing,
    }));
  }

  async function readAll(): Promise<Located[]> {
    const all = await Promise.all(
      (await folders()).map(async (folder) => {
        try {
          return (await read(folder)).map((tool) => ({ ...tool, folder }));
        } catch (error) {
          onBad(error);
          return [];
        }
      }),
    );
    return all.flat();
  }

  async function getLocated(name: string): Promise<Located> {
    const tool = (await readAll()).find((each) => each.name === name);
    if (!tool) throw new CafebootError('not_found', { kind: 'tool', name });
    return tool;
  }

  async function template(tool: Located, file: string): Promise<string> {
    const { folder, like, name } = tool;
    const fileName = `${file}.njk`;
    const own = await folder.parent.read(folder.name, fileName);
    const text = own ?? (like === null ? undefined : await builtIn.read(like, fileName));
    if (text === undefined) throw new CafebootError('tool_bad', { tool: name, reason: fileName });
    return text;
  }

  return {
    /** By folder, those of the program first; one whose manifest is bad is left out. */
    list: async (): Promise<FoundTool[]> => (await readAll()).map(({ folder: _, ...tool }) => tool),

    /** With the template of its boot script. Throws `not_found`, `tool_bad`, `tool_files_missing`. */
    async get(name: string): Promise<{ tool: FoundTool; script: string }> {
      const tool = await getLocated(name);
      if (tool.missing.length > 0) {
        const files = tool.missing.join(', ');
        throw new CafebootError('tool_files_missing', { tool: tool.title, files });
      }
      return { tool, script: await template(tool, 'boot.ipxe') };
    },

    /** The template of one of its answer files. Throws `not_found`, `tool_bad`. */
    async getAnswer(name: string, answer: string): Promise<{ tool: FoundTool; template: string }> {
      const tool = await getLocated(name);
      if (!tool.answers.includes(answer)) {
        throw new CafebootError('not_found', { kind: 'file', name: answer });
      }
      return { tool, template: await template(tool, answer) };
    },
  };
}
