import { randomBytes } from 'node:crypto';
import { formatEvent } from '../../http/sse.ts';
import type { Language } from '../../i18n/translate.ts';
import type { Role } from '../../service/users.ts';
import { languages } from './texts.ts';
import type { RenderView } from './views.ts';

/** A piece of a page that changes by itself: one element whose id is `id`. */
export interface Fragment {
  id: string;
  template: string;
  values: Record<string, unknown>;
  /** What it is made anew for when it differs; default: `values`. */
  dependsOn?: unknown;
}

/**
 * What a page shows live. A list whose items are fragments of their own is itself one that depends on
 * which items there are, and comes before them.
 */
export interface LiveTopic {
  name: string;
  /** Who may follow it; default: everybody who is logged in. */
  access?: Role;
  fragments(): Fragment[] | Promise<Fragment[]>;
  /** Calls `changed` when any may be different; returns the way to stop. */
  follow(changed: () => void): () => void;
}

export interface LiveDeps {
  render: RenderView;
  /** What every page shows beside its own. */
  everywhere: Omit<LiveTopic, 'name'>;
  onError: (error: unknown) => void;
}

export type LiveReader = (text: string) => void;
export type LiveTopics = ReturnType<typeof createLiveTopics>;

/** A burst of events is one message: so long after the first of them, and so long after the message before. */
const gatherMs = 40;
const betweenMs = 250;

interface Known {
  fragment: Fragment;
  key: string;
  revision: number;
  html: Map<Language, string>;
}

/** Makes the element replace the one with its id. */
const outOfBand = (html: string): string =>
  html.trim().replace(/^<[a-z][a-z0-9-]*/, (tag) => `${tag} hx-swap-oob="true"`);

/** Topics of the running program; each fragment is rendered once per language, whoever looks at it. */
export function createLiveTopics({ render, everywhere, onError }: LiveDeps) {
  // A cursor of before a restart says nothing.
  const epoch = randomBytes(6).toString('base64url').replaceAll('-', '_');
  const topics = new Map<string, ReturnType<typeof createTopic>>();

  function createTopic(topic: LiveTopic) {
    const known = new Map<string, Known>();
    const readers = new Map<LiveReader, Language>();
    let revision = 0;
    let timer: NodeJS.Timeout | undefined;
    let toldAt = 0;
    let unfollow: (() => void) | undefined;

    /** Takes note of what is different now. */
    async function refresh(): Promise<void> {
      const fragments = [...(await topic.fragments()), ...(await everywhere.fragments())];
      const next = revision + 1;
      for (const fragment of fragments) {
        const key = JSON.stringify(fragment.dependsOn ?? fragment.values);
        if (known.get(fragment.id)?.key === key) continue;
        known.set(fragment.id, { fragment, key, revision: next, html: new Map() });
        revision = next;
      }
      const ids = new Set(fragments.map(({ id }) => id));
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    }

    function htmlOf({ fragment, html }: Known, language: Language): string {
      const made =
        html.get(language) ?? outOfBand(render(language, fragment.template, fragment.values));
      html.set(language, made);
      return made;
    }

    /** All that changed after `since`, as one event; undefined: nothing. */
    function messageSince(since: number, language: Language): string | undefined {
      const changed = [...known.values()].filter((each) => each.revision > since);
      if (changed.length === 0) return undefined;
      const data = changed.map((each) => htmlOf(each, language)).join('\n');
      return formatEvent({ id: `${epoch}-${revision}`, data });
    }

    async function tell(): Promise<void> {
      timer = undefined;
      toldAt = performance.now();
      const before = revision;
      await refresh();
      for (const language of languages) {
        const told = [...readers].filter(([, spoken]) => spoken === language);
        const message = told.length > 0 ? messageSince(before, language) : undefined;
        if (message !== undefined) for (const [reader] of told) reader(message);
      }
    }

    const changed = () => {
      const waitMs = Math.max(gatherMs, toldAt + betweenMs - performance.now());
      timer ??= setTimeout(() => void tell().catch(onError), waitMs);
    };

    function followAll(): () => void {
      const unfollows = [topic.follow(changed), everywhere.follow(changed)];
      return () => {
        for (const each of unfollows) each();
      };
    }

    return {
      access: topic.access ?? 'viewer',
      /** Where a page that is made now is to read on. */
      async cursor(): Promise<string> {
        // What readers have not been told yet must stay news to them: only `tell` takes note while there are any.
        if (readers.size === 0) await refresh();
        return `${epoch}-${revision}`;
      },
      /** Tells the reader what it missed since the cursor, then what changes; returns the way to stop. */
      read(reader: LiveReader, language: Language, cursor: string): () => void {
        const [of, since] = cursor.split('-');
        const missed = messageSince(of === epoch ? Number(since) || 0 : 0, language);
        if (missed !== undefined) reader(missed);
        readers.set(reader, language);
        unfollow ??= followAll();
        changed();
        return () => {
          readers.delete(reader);
          if (readers.size === 0) stop();
        };
      },
      stop,
    };

    function stop(): void {
      clearTimeout(timer);
      timer = undefined;
      unfollow?.();
      unfollow = undefined;
    }
  }

  return {
    add: (topic: LiveTopic): void => void topics.set(topic.name, createTopic(topic)),
    find: (name: string) => topics.get(name),
    /** What a page's `sse-connect` is, made before the page itself. Throws for a topic that is none. */
    async urlOf(name: string): Promise<string> {
      const topic = topics.get(name);
      if (!topic) throw new Error(`no live topic ${name}`);
      return `/live/${name}?since=${await topic.cursor()}`;
    },
    close(): void {
      for (const topic of topics.values()) topic.stop();
    },
  };
}
