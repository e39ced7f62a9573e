/** A line of a menu: a heading, or something to choose. */
export interface MenuItem {
  kind: 'heading' | 'item';
  /** The script's own name of it; empty for a heading. */
  label: string;
  text: string;
  /** The key that chooses it. */
  key: string | null;
  /** Shown on these PCs only, as iPXE's `platform` has them (`efi`, `pcbios`). */
  only: string | null;
}

/** A boot menu as a picture of it needs it. */
export interface MenuModel {
  title: string;
  items: MenuItem[];
  /** The label of what is booted where nobody chooses. */
  defaultItem: string | null;
  /** Whether the screen shows it before the default is booted. */
  isShown: boolean;
  timeoutMs: number;
}

/** Reads the menu out of one of our scripts; undefined where that has none. */
export function findMenu(script: string): MenuModel | undefined {
  const lines = script.split('\n').map((line) => line.trim());
  const start = lines.findIndex((line) => line.startsWith('menu '));
  const choose = lines.find((line) => line.startsWith('choose '));
  if (start < 0 || choose === undefined) return undefined;
  const [, set] = /^set menu-timeout (\d+)$/m.exec(script) ?? [];
  const [, timeout = '0'] = /--timeout (\d+)/.exec(choose) ?? [];
  return {
    title: (lines[start] ?? '').slice('menu '.length).trim(),
    items: lines.flatMap((line) => findItem(line) ?? []),
    defaultItem: /--default (\S+)/.exec(choose)?.[1] ?? null,
    // A script that boots at once jumps over its menu.
    isShown: !lines.slice(0, start).some((line) => line.startsWith('goto ')),
    timeoutMs: Number(set ?? timeout),
  };
}

const itemPattern =
  /^(?:iseq \$\{platform\} (\S+) && )?item (?:--gap -- (.*)|(?:--key (\S) )?(\S+) (.*))$/;

function findItem(line: string): MenuItem | undefined {
  const match = itemPattern.exec(line.replace(/ \|\|$/, ''));
  if (!match) return undefined;
  const [, only = null, heading, key = null, label = '', text = ''] = match;
  return heading === undefined
    ? { kind: 'item', label, text: text.trim(), key, only }
    : { kind: 'heading', label: '', text: heading.trim(), key: null, only };
}
