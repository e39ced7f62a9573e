/** What was changed, by the beginning of a request's path; each has a text `people:area.<area>`. */
const areas: Readonly<Record<string, readonly string[]>> = {
  host: ['hosts', 'new-host', 'unknown-hosts', 'overview'],
  power: ['power'],
  image: ['images', 'new-image', 'uploads'],
  entry: ['entries', 'new-entry'],
  lease: ['leases'],
  task: ['tasks'],
  storage: ['storage', 'reconcile'],
  setting: ['settings', 'setup'],
  user: ['users', 'people'],
  token: ['tokens'],
  backup: ['backups'],
  migration: ['migration'],
  self: ['login', 'logout', 'first-run', 'profile', 'preferences'],
};

/** What was done, by the end of a request's path; each has a text `people:deed.<deed>`. */
const deeds: Readonly<Record<string, readonly string[]>> = {
  reset: ['reset'],
  secret: ['renew-secret', 'secret'],
  capture: ['capture'],
  refresh: ['refresh', 'os'],
  adopt: ['adopt'],
  import: ['import', 'path', 'blank'],
  upload: ['uploads'],
  export: ['export'],
  publish: ['publish'],
  rollback: ['rollback'],
  grow: ['grow'],
  prune: ['prune'],
  session: ['sessions'],
  end: ['end'],
  order: ['order'],
  init: ['init'],
  cache: ['cache'],
  reconcile: ['reconcile'],
  cancel: ['cancel'],
  allow: ['allow'],
  remove: ['remove', 'discard'],
  password: ['password'],
  role: ['role'],
  login: ['login', 'first-run'],
  logout: ['logout'],
};

const byMethod: Readonly<Record<string, string>> = { POST: 'add', DELETE: 'remove' };

const invert = (table: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(table).flatMap(([word, parts]) => parts.map((part) => [part, word])));
const areaOf = invert(areas);
const deedOf = invert(deeds);

export const auditAreas = [...Object.keys(areas), 'other'];
export const auditDeeds = [...new Set([...Object.keys(deeds), 'add', 'change', 'remove'])];

/** What somebody did, in a word for the thing and one for the deed, of the request that did it. */
export function nameDeed(method: string, route: string): { area: string; deed: string } {
  const parts = route
    .replace(/^\/api\/v1/, '')
    .split('/')
    .filter(Boolean);
  const [first = '', second = ''] = parts;
  // The console keeps users and tokens on one page.
  const area =
    (first === 'people' ? areaOf.get(second) : undefined) ?? areaOf.get(first) ?? 'other';
  if (method === 'DELETE') return { area, deed: 'remove' };
  const last = parts.at(-1) ?? '';
  const named = parts.length > 1 || deedOf.has(first) ? deedOf.get(last) : undefined;
  if (named !== undefined) return { area, deed: named };
  // A path that ends with a name changes what has it.
  const changes = last.startsWith(':') || last === 'actions' || last === 'put' || area === 'self';
  return { area, deed: changes ? 'change' : (byMethod[method] ?? 'change') };
}
