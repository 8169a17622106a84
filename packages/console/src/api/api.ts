import { localProblem, type Problem, ProblemError } from './problem.ts';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** Whom and as what the console asks. The key goes into a header and nowhere else. */
export class Api {
  /** The tenant that is acted for; null: the platform itself. */
  readonly tenant: string | null;
  readonly #key: string;
  readonly #named: boolean;
  readonly #onEnded: () => void;

  /** `named`: the tenant is said with each request, as operators of the platform must. */
  constructor(key: string, tenant: string | null, named: boolean, onEnded: () => void = () => {}) {
    this.#key = key;
    this.tenant = tenant;
    this.#named = named;
    this.#onEnded = onEnded;
  }

  /** What is sent besides the key. */
  headersOf(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      accept: 'application/json',
      ...(this.#named && this.tenant !== null && { 'patchbay-tenant': this.tenant }),
      ...extra,
    };
  }

  /** @throws ProblemError */
  async ask<T>(path: string, asked: Ask = {}): Promise<T> {
    return (await this.answer<T>(path, asked)).body;
  }

  /** The whole answer. @throws ProblemError */
  async answer<T>(path: string, { method = 'GET', query = {}, body, headers, signal }: Ask = {}): Promise<Answer<T>> {
    const response = await this.fetch(path, {
      method,
      query,
      body,
      ...(headers && { headers }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    const parsed: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (response.ok) return { status: response.status, headers: response.headers, body: parsed as T };
    if (response.status === 401) this.#onEnded();
    throw new ProblemError(
      typeof parsed === 'object' && parsed !== null
        ? (parsed as Problem)
        : localProblem('unexpected', `The gateway answered ${response.status}.`, response.status),
    );
  }

  /** The response as it comes, for what is no JSON. */
  fetch(path: string, { method = 'GET', query = {}, body, headers, signal }: Ask = {}): Promise<Response> {
    return fetch(`${path}${queryText(query)}`, {
      method,
      credentials: 'omit',
      headers: {
        ...this.headersOf(headers),
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  }

  /** Hands the key to what sends it itself, such as a socket's first message. */
  withKey<T>(use: (key: string) => T): T {
    return use(this.#key);
  }
}

/** `?a=1&b=2`; what is null, undefined or empty is left out. */
function queryText(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}
