import { parse } from 'smol-toml';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CafebootError } from '../errors.ts';

/** What becomes of the golden disk's draft before a tool starts. */
export type ToolDisk =
  /** iPXE attaches it, and what starts finds it by the firmware's table (iBFT). */
  | 'hook'
  /** It is there to log in to, for a program that does so by itself. */
  | 'login'
  /** Nothing: the tool needs no disk. */
  | 'none';

/** A file that a tool starts from, by the paths below the HTTP root where it may be, the usual one first. */
export interface ToolFile {
  key: string;
  paths: string[];
  isOptional: boolean;
}

/** A tool of the menu that PCs in super mode get, as the `tool.toml` of its folder says. */
export interface Tool {
  /** The folder's name. */
  name: string;
  title: string;
  disk: ToolDisk;
  /** Firmware that it starts from. */
  platforms: ('bios' | 'uefi')[];
  files: ToolFile[];
  /** Made for each PC from templates of its folder. */
  answers: string[];
  /** The tool of the program whose templates count where its own folder has none. */
  like: string | null;
  /** A folder below the HTTP root and an ending: each such file is a menu item, and is `files.each`. */
  each: { folder: string; ending: string } | null;
}

const path = Type.String({ pattern: '^[^/\\\\.][^\\\\]*$', maxLength: 200 });
const paths = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9]*$' }), Type.Array(path));
const manifestSchema = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 60 }),
    disk: Type.Enum(['hook', 'login', 'none'], { default: 'hook' }),
    platforms: Type.Array(Type.Enum(['bios', 'uefi']), { default: ['bios', 'uefi'] }),
    files: Type.Optional(paths),
    optional: Type.Optional(paths),
    answers: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9.-]*$', maxLength: 40 }), {
      default: [],
    }),
    like: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+$' })),
    each: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]+/\\*\\.[a-z0-9]+$' })),
  },
  { additionalProperties: false },
);

/** Whether a folder's name can be that of a tool: it reaches boot scripts. */
export const isToolName = (name: string): boolean => /^[a-z0-9][a-z0-9-]{0,31}$/.test(name);

/** Reads a `tool.toml`. Throws `tool_bad` with the reason. */
export function parseTool(name: string, text: string): Tool {
  const manifest = parseManifest(name, text);
  const { files = {}, optional = {}, like = null, each, ...rest } = manifest;
  const toFiles = (list: Record<string, string[]>, isOptional: boolean) =>
    Object.entries(list).map(([key, candidates]) => ({ key, paths: candidates, isOptional }));
  const [folder = '', ending = ''] = each?.split('/*') ?? [];
  return {
    name,
    ...rest,
    like,
    files: [...toFiles(files, false), ...toFiles(optional, true)],
    each: each === undefined ? null : { folder, ending },
  };
}

function parseManifest(name: string, text: string) {
  let manifest: unknown;
  try {
    manifest = Value.Default(manifestSchema, parse(text));
  } catch (error) {
    throw new CafebootError('tool_bad', { tool: name, reason: String(error) }, { cause: error });
  }
  const [error] = Value.Errors(manifestSchema, manifest);
  if (!error) return Value.Parse(manifestSchema, manifest);
  throw new CafebootError('tool_bad', {
    tool: name,
    reason: `${error.instancePath} ${error.message}`,
  });
}
