import type { IncomingMessage } from 'node:http';
import { MalformedText, type Pair, parsePairs } from './wire/query-string.ts';

/** A request as it arrived, each view of it made once and only when asked for. */
const nothing = Buffer.alloc(0);

export class Arrival {
  readonly method: string;
  /** Lower case; empty when the header was missing. */
  readonly host: string;
  /** Percent-encoded, without its query. */
  readonly path: string;
  readonly query: string;
  readonly target: string;
  body: Buffer = nothing;
  readonly #headers: IncomingMessage['headers'];
  #pairs: readonly Pair[] | null = null;
  #malformedQuery = false;
  #json: { value: unknown } | { error: string } | null = null;

  constructor(message: IncomingMessage) {
    this.method = message.method ?? '';
    this.#headers = message.headers;
    this.host = (message.headers.host ?? '').toLowerCase();
    this.target = message.url ?? '';
    const mark = this.target.indexOf('?');
    this.path = mark === -1 ? this.target : this.target.slice(0, mark);
    this.query = mark === -1 ? '' : this.target.slice(mark + 1);
  }

  /** A header's value by lower-case name; several values joined as HTTP does. */
  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  headerNames(): string[] {
    return Object.keys(this.#headers);
  }

  /** Decoded pairs of the query; none when it is malformed. */
  get queryPairs(): readonly Pair[] {
    if (this.#pairs === null) {
      try {
        this.#pairs = parsePairs(this.query);
      } catch (error) {
        if (!(error instanceof MalformedText)) throw error;
        this.#malformedQuery = true;
        this.#pairs = [];
      }
    }
    return this.#pairs;
  }

  get queryIsMalformed(): boolean {
    return this.queryPairs.length === 0 && this.#malformedQuery;
  }

  queryValue(name: string): string | undefined {
    return this.queryPairs.find(([key]) => key === name)?.[1];
  }

  /** The body as JSON, parsed once for all candidates. */
  json(): { value: unknown } | { error: string } {
    if (this.#json === null) {
      try {
        this.#json = { value: JSON.parse(utf8.decode(this.body)) };
      } catch {
        this.#json = { error: 'the body is not JSON in UTF-8' };
      }
    }
    return this.#json;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
