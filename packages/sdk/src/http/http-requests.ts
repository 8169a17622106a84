import { type ErrorCode, errorCatalogue, PatchbayError } from '@patchbay/contracts';

/** How the gateway is reached. */
export interface HttpTerms {
  /** Of the gateway, such as `https://patchbay.example.com`. Use https where the way there is not your own: the key travels on it. */
  readonly url: string;
  /** An API key (`pbk_…`), or a token of the tenant's issuer. A function is asked for each request. Secret. */
  readonly apiKey: string | (() => string | Promise<string>);
  /** For keys of the platform: whom to act for. */
  readonly tenant?: string;
  /** In the place of the global one. */
  readonly fetch?: typeof globalThis.fetch;
}

export interface AskOptions {
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops waiting, and closes the request. */
  readonly signal?: AbortSignal | undefined;
  /** Whether the request may be sent again when its answer was lost: it changes nothing, or acts once however often it comes. */
  readonly repeatable: boolean;
}

/** Times that a request is sent at most. */
const tries = 3;
/** Milliseconds before it is sent again, with up to as much again at random. */
const pauseMs = 100;

/** Requests to the gateway, and what their failures mean in the catalogue's terms. */
export class HttpRequests {
  readonly #base: string;
  readonly #terms: HttpTerms;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws PatchbayError `invalid_request` for an address that is none. */
  constructor(terms: HttpTerms) {
    const url = URL.canParse(terms.url) ? new URL(terms.url) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
      throw new PatchbayError('invalid_request', {
        message: 'The gateway’s address is none: expected http(s)://host[:port].',
      });
    this.#base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
    this.#terms = terms;
    this.#fetch = terms.fetch ?? ((...asked) => globalThis.fetch(...asked));
  }

  /** The document that is answered. @throws PatchbayError what the problem says; `result` of its details is the call's own. */
  async json(method: string, path: string, options: AskOptions): Promise<unknown> {
    const answer = await this.open(method, path, options);
    try {
      return await answer.json();
    } catch (error) {
      throw lost(error, options);
    }
  }

  /**
   * The answer as soon as it begins. Sent again where that is safe and time is left: when no connection was had, and, if
   * `repeatable`, when the answer was lost or says to come again.
   * @throws PatchbayError as `json`.
   */
  async open(method: string, path: string, options: AskOptions): Promise<Response> {
    const until = performance.now() + options.timeoutMs;
    for (let time = 1; ; time++) {
      const leftMs = until - performance.now();
      try {
        return await this.#once(method, path, { ...options, timeoutMs: Math.max(1, leftMs) });
      } catch (error) {
        const failure = error as PatchbayError;
        const waitMs = (failure.body.retry_after_ms ?? pauseMs) + Math.random() * pauseMs;
        if (time === tries || !mayRepeat(failure, options) || until - performance.now() <= waitMs) throw failure;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #once(method: string, path: string, options: AskOptions): Promise<Response> {
    const { apiKey, tenant } = this.#terms;
    const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
    const time = AbortSignal.timeout(Math.ceil(options.timeoutMs));
    let answer: Response;
    try {
      answer = await this.#fetch(`${this.#base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key.trim()}`,
          accept: 'application/json',
          ...(tenant !== undefined && { 'patchbay-tenant': tenant }),
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
          ...options.headers,
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        signal: options.signal === undefined ? time : AbortSignal.any([time, options.signal]),
        redirect: 'error',
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (error) {
      throw lost(error, options);
    }
    if (answer.ok) return answer;
    throw await problemOf(answer);
  }
}

/** What a request came to that was not answered. */
function lost(error: unknown, { signal, repeatable }: AskOptions): PatchbayError {
  if (error instanceof PatchbayError) return error;
  if (signal?.aborted === true) return new PatchbayError('cancelled', { message: 'The caller stopped waiting.' });
  if ((error as Error)?.name === 'TimeoutError')
    return new PatchbayError('deadline_exceeded', { message: 'No answer came in time.', cause: error });
  if (repeatable || neverSent(error))
    return new PatchbayError('overloaded', { message: 'The gateway cannot be reached.', cause: error });
  return new PatchbayError('outcome_unknown', { message: 'The connection ended before an answer came.', cause: error });
}

/** Node.js says so; a page is told nothing. */
function neverSent(error: unknown): boolean {
  const { code } = ((error as Error)?.cause ?? {}) as { readonly code?: string };
  return code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(code);
}

function mayRepeat({ code, body: { retryable }, cause }: PatchbayError, { repeatable }: AskOptions): boolean {
  if (neverSent({ cause: (cause as Error | undefined)?.cause })) return true;
  return repeatable && (code === 'overloaded' || code === 'outcome_unknown' || (retryable && code === 'rate_limited'));
}

/** The failure that a problem (RFC 9457) tells of; its `result` becomes `details.result`. */
async function problemOf(answer: Response): Promise<PatchbayError> {
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  const { code, detail, speakable, retryable, retry_after_ms: retryAfterMs, issues, details, result } = said;
  if (typeof code !== 'string' || !Object.hasOwn(errorCatalogue, code))
    return new PatchbayError(answer.status >= 500 ? 'overloaded' : 'invalid_request', {
      message: `The gateway answered with ${answer.status} and no problem of ours.`,
    });
  return new PatchbayError(code as ErrorCode, {
    ...(typeof detail === 'string' && { message: detail }),
    ...(typeof speakable === 'string' && { speakable }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    details: {
      ...(details as Record<string, unknown> | undefined),
      ...(Array.isArray(issues) && issues.length > 0 && { issues }),
      ...(result !== undefined && { result }),
    },
  });
}
