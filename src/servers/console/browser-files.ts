import type { Resources } from '../../resources.ts';

/** What browsers get of the packages we use: their paths in the tree, by the names they are served at. */
export const browserPackages: Readonly<Record<string, string>> = {
  'tabler.css': 'node_modules/@tabler/core/dist/css/tabler.min.css',
  'tabler.js': 'node_modules/@tabler/core/dist/js/tabler.min.js',
  'htmx.js': 'node_modules/htmx.org/dist/htmx.min.js',
  'uplot.js': 'node_modules/uplot/dist/uPlot.iife.min.js',
  'uplot.css': 'node_modules/uplot/dist/uPlot.min.css',
  'sortable.js': 'node_modules/sortablejs/Sortable.min.js',
  'htmx-sse.js': 'node_modules/htmx-ext-sse/dist/sse.min.js',
};

/** Where the icons are drawn; only those that are shown go into the sprite. */
export const iconPath = (name: string): string =>
  `node_modules/@tabler/icons/icons/outline/${name}.svg`;

/** Our styles, in the order of the cascade; browsers get them in one file. */
const styles = [
  'base',
  'frame',
  'login',
  'overview',
  'hall',
  'charts',
  'picked',
  'dialogs',
  'tables',
  'images',
  'hosts',
  'host',
  'entries',
  'storage',
  'settings',
  'events',
  'people',
  'health',
  'api',
  'screens',
];

const ownFolders = ['assets/js', 'assets/img'];

/** Every file that browsers get, by the name it is served at: `console.css`, `js/…`, `tabler.css`. */
export function readBrowserFiles(resources: Resources): Map<string, Buffer> {
  const own = ownFolders
    .flatMap((folder) => resources.list(folder))
    .map((path) => [path.replace(/^assets\//, ''), resources.read(path)] as const);
  const packages = Object.entries(browserPackages).map(
    ([name, path]) => [name, resources.read(path)] as const,
  );
  const parts = styles.map((name) => resources.read(`assets/css/${name}.css`));
  return new Map([...own, ...packages, ['console.css', Buffer.concat(parts)]]);
}
