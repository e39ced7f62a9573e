import { setImmediate as letOthersIn } from 'node:timers/promises';
import { findMac } from '../../boot/mac.ts';
import type { Translator } from '../../i18n/translate.ts';
import type { Services } from '../../service/services.ts';
import { type EventFilter, eventKinds, type TimelineEvent } from '../../service/timeline.ts';

/** What events begin with, as `boot` of `boot.dhcp`; each has a text `events:topic.<topic>`. */
export const eventTopics = [...new Set(eventKinds.map((kind) => kind.split('.')[0] ?? ''))];

/** What is looked for; nothing said: everything. */
export interface EventQuery {
  /** A host's name, or a MAC in any writing. */
  host?: string | undefined;
  /** The least serious level. */
  level?: '' | 'warn' | 'error' | undefined;
  topic?: string | undefined;
  /** Words of the event as it is told, or of its host. */
  text?: string | undefined;
}

/** An event as it is told. Times are epoch milliseconds. */
export interface ToldEvent {
  id: number;
  at: number;
  kind: string;
  level: TimelineEvent['level'];
  mac: string | null;
  /** The host's name of today. */
  host: string | null;
  text: string;
  data: Record<string, unknown>;
}

export interface EventPage {
  /** The newest first. */
  events: ToldEvent[];
  /** Older ones may be found before this id; null: there are none. */
  olderThan: number | null;
  /** How far back was looked, where the search stopped before it found enough. */
  searchedTo: number | null;
}

/** Ids that events are between. */
interface EventRange {
  before?: number | undefined;
  after?: number | undefined;
}

const batchSize = 500;
/** One search reads at most so many; it can be gone on with. */
const scanLimit = 5_000;

const levelsFrom = { warn: ['warn', 'error'], error: ['error'] } as const;

export type EventSearch = ReturnType<typeof createEventSearch>;

/** Finds events by what they say in a reader's language. */
export function createEventSearch({ timeline, hosts }: Pick<Services, 'timeline' | 'hosts'>) {
  /** Undefined: no event can be of such a host. */
  function toFilter({ host = '', level, topic }: EventQuery): EventFilter | undefined {
    const named = host === '' ? null : findHostMac(host);
    if (named === undefined) return undefined;
    return {
      ...(named !== null && { mac: named }),
      ...(level && { levels: levelsFrom[level] }),
      ...(topic && { kindPrefix: `${topic}.` }),
    };
  }

  function findHostMac(key: string): string | undefined {
    const wanted = key.trim();
    const host = hosts.list().find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    return host?.mac ?? findMac(wanted);
  }

  const tell = (event: TimelineEvent, translator: Translator): ToldEvent => ({
    ...event,
    host: event.mac === null ? null : (hosts.findByMac(event.mac)?.name ?? null),
    text: translator.event(event.kind, inWords(event.data, translator)),
  });

  const says = ({ text, host, mac, kind }: ToldEvent, words: readonly string[]): boolean => {
    const all = `${text} ${host ?? ''} ${mac ?? ''} ${kind}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };

  /** The newest first, in batches: everything that fits between two ids, until nobody asks for more. */
  function* read(query: EventQuery, translator: Translator, { before, after }: EventRange = {}) {
    const filter = toFilter(query);
    if (!filter) return;
    const words = (query.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    let beforeId = before;
    for (;;) {
      const range = {
        ...(beforeId !== undefined && { beforeId }),
        ...(after !== undefined && { afterId: after }),
      };
      const batch = timeline.list({ ...filter, ...range, limit: batchSize }).reverse();
      const last = batch.at(-1);
      const found = batch.map((event) => tell(event, translator));
      yield { found: found.filter((event) => says(event, words)), last, size: batch.length };
      if (!last || batch.length < batchSize) return;
      beforeId = last.id;
    }
  }

  return {
    /** The newest of what fits, before or after an event where one is named. */
    find(
      query: EventQuery,
      translator: Translator,
      { limit, ...range }: EventRange & { limit: number },
    ): EventPage {
      const events: ToldEvent[] = [];
      let scanned = 0;
      for (const { found, last, size } of read(query, translator, range)) {
        events.push(...found);
        scanned += size;
        if (events.length > limit) {
          const shown = events.slice(0, limit);
          return { events: shown, olderThan: shown.at(-1)?.id ?? null, searchedTo: null };
        }
        if (scanned >= scanLimit && last && size === batchSize) {
          return { events, olderThan: last.id, searchedTo: last.at };
        }
      }
      return { events, olderThan: null, searchedTo: null };
    },

    /** What fits and is newer than an event, the newest first; at most `limit`. */
    findNewer(query: EventQuery, translator: Translator, after: number, limit: number) {
      return this.find(query, translator, { limit, after }).events;
    },

    latestId: (): number => timeline.list({ limit: 1 }).at(-1)?.id ?? 0,

    /** Everything that fits, the newest first, while others get their turn. */
    async *readAll(query: EventQuery, translator: Translator): AsyncGenerator<ToldEvent[]> {
      for (const { found } of read(query, translator)) {
        yield found;
        await letOthersIn();
      }
    },
  };
}

/** A setting is called what the settings' page calls it. */
function inWords(data: TimelineEvent['data'], { has, text }: Translator): TimelineEvent['data'] {
  const label = `setting:${data.key}.label`;
  return data.key !== undefined && has(label) ? { ...data, key: text(label) } : data;
}
