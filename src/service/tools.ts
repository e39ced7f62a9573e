import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isToolName, parseTool, type Tool } from '../boot/tool.ts';
import { CafebootError } from '../errors.ts';
import { findFile, listFiles } from './tool-files.ts';

/** A tool as it is on the disk now. */
export interface FoundTool extends Tool {
  /** What it starts from: paths below the HTTP root, with a slash first, by the manifest's keys. */
  found: Record<string, string>;
  /** Files that it needs and that are not there: where each usually is. */
  missing: string[];
}

export interface ToolDeps {
  /** Those that ship with the program. */
  builtIn: string;
  /** What PCs fetch by HTTP; `tools/` in it has the administrator's own, which come before ours of that name. */
  httpRoot: string;
  /** Told of a folder that is no tool. */
  onBad: (error: unknown) => void;
}

export type Tools = ReturnType<typeof createTools>;

const manifestName = 'tool.toml';

interface Folder {
  name: string;
  directory: string;
}

type Located = FoundTool & { directory: string };

/** The catalogue of tools. It is read anew each time: a folder that is dropped there is in the next menu. */
export function createTools({ builtIn, httpRoot, onBad }: ToolDeps) {
  async function folders(): Promise<Folder[]> {
    const found = new Map<string, Folder>();
    for (const parent of [builtIn, join(httpRoot, 'tools')]) {
      for (const name of await readdir(parent).catch(() => [])) {
        const directory = join(parent, name);
        const manifest = await stat(join(directory, manifestName)).catch(() => undefined);
        if (isToolName(name) && manifest?.isFile()) found.set(name, { name, directory });
      }
    }
    return [...found.values()];
  }

  async function read({ name, directory }: Folder): Promise<FoundTool[]> {
    const tool = parseTool(name, await readFile(join(directory, manifestName), 'utf8'));
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
          return (await read(folder)).map((tool) => ({ ...tool, directory: folder.directory }));
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
    const { directory, like, name } = tool;
    for (const place of [directory, ...(like === null ? [] : [join(builtIn, like)])]) {
      const text = await readFile(join(place, `${file}.njk`), 'utf8').catch(() => undefined);
      if (text !== undefined) return text;
    }
    throw new CafebootError('tool_bad', { tool: name, reason: `${file}.njk` });
  }

  return {
    /** By folder, those of the program first; one whose manifest is bad is left out. */
    list: async (): Promise<FoundTool[]> =>
      (await readAll()).map(({ directory: _, ...tool }) => tool),

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
