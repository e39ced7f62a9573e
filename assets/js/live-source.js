/** How far each stream of the page got, by its URL: one that is opened anew goes on there. @type {Map<string, string>} */
const cursors = new Map();

/**
 * A page's stream, as htmx uses an EventSource. While nobody sees the page it is closed: a browser
 * has six connections to a server, and a seventh tab would wait for ever.
 */
export class LiveSource extends EventTarget {
  /** @type {((event: Event) => void) | null} */
  onopen = null;
  /** @type {((event: Event) => void) | null} */
  onerror = null;
  #url;
  /** @type {EventSource | undefined} */
  #stream;
  #isClosed = false;

  /** @param {string} url with a cursor as its `since` */
  constructor(url) {
    super();
    this.#url = url;
    document.addEventListener('visibilitychange', this.#look);
    this.#look();
  }

  /** As an EventSource's; one that waits to be seen is connecting. */
  get readyState() {
    if (this.#isClosed) return EventSource.CLOSED;
    return this.#stream?.readyState ?? EventSource.CONNECTING;
  }

  close() {
    this.#isClosed = true;
    document.removeEventListener('visibilitychange', this.#look);
    this.#stop();
  }

  #look = () => {
    if (document.hidden) this.#stop();
    else if (!this.#stream) this.#open();
  };

  #stop() {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #open() {
    const url = new URL(this.#url, location.href);
    const cursor = cursors.get(this.#url);
    if (cursor) url.searchParams.set('since', cursor);
    const stream = new EventSource(url);
    stream.onopen = (event) => this.onopen?.(event);
    stream.onerror = (event) => {
      // htmx opens another one instead.
      if (stream.readyState === EventSource.CLOSED) this.close();
      this.onerror?.(event);
    };
    stream.onmessage = ({ data, lastEventId }) => {
      if (lastEventId) cursors.set(this.#url, lastEventId);
      this.dispatchEvent(new MessageEvent('message', { data, lastEventId }));
    };
    this.#stream = stream;
  }
}
