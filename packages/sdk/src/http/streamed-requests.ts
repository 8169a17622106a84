import { defaultStreamWindow, newId, PatchbayError } from '@patchbay/contracts';
import type { AgentTransport } from '../agent-transport.ts';
import type { HttpRequests } from './http-requests.ts';
import { httpRouteOf } from './http-routes.ts';
import { readEvents } from './read-events.ts';

type Options = Parameters<AgentTransport['requestStream']>[3];

interface Open {
  readonly abort: AbortController;
  readonly window: number;
  delivered: number;
  acknowledged: number;
  /** Goes on reading. */
  wake: () => void;
}

/** Calls whose answers come as Server-Sent Events, and what their callers say meanwhile: what they used up, and that they leave. */
export class StreamedRequests {
  readonly #requests: HttpRequests;
  readonly #open = new Map<string, Open>();

  constructor(requests: HttpRequests) {
    this.#requests = requests;
  }

  readonly begin = (
    route: { readonly subject: string },
    _values: unknown,
    body: Record<string, unknown>,
    options: Options,
  ): { unsubscribe(): void } => {
    // The gateway tells the execution's own id with its result; until then the caller names it by this one.
    const id = newId('execution');
    const { stream_window: window } = body as { readonly stream_window?: number };
    const open: Open = {
      abort: new AbortController(),
      window: window ?? defaultStreamWindow,
      delivered: 0,
      acknowledged: 0,
      wake: () => {},
    };
    this.#open.set(id, open);
    void this.#carry(route.subject, body, options, id, open).finally(() => this.#open.delete(id));
    return { unsubscribe: () => open.abort.abort() };
  };

  readonly signal = (
    _route: unknown,
    { execution = '' }: { readonly execution?: string },
    { acknowledged, cancel }: { readonly acknowledged: number; readonly cancel?: boolean },
  ): void => {
    const open = this.#open.get(execution);
    if (open === undefined) return;
    open.acknowledged = acknowledged;
    if (cancel === true) open.abort.abort();
    open.wake();
  };

  close(): void {
    for (const { abort } of this.#open.values()) abort.abort();
  }

  async #carry(
    subject: string,
    body: Record<string, unknown>,
    options: Options,
    id: string,
    open: Open,
  ): Promise<void> {
    const { onMessage, onFailure, timeoutMs, traceparent } = options;
    const { path, sent } = httpRouteOf(subject, body);
    try {
      const answer = await this.#requests.open('POST', path, {
        body: sent,
        headers: { accept: 'text/event-stream', ...(traceparent !== undefined && { traceparent }) },
        timeoutMs,
        signal: open.abort.signal,
        // What was told already cannot be taken back.
        repeatable: false,
      });
      onMessage({ execution_id: id, sequence: 0, data: null }, 0);
      for await (const { event, data } of readEvents(answer)) {
        if (event === 'chunk') {
          open.delivered += 1;
          onMessage({ execution_id: id, ...(JSON.parse(data) as object) }, data.length);
          while (open.delivered - open.acknowledged >= open.window && !open.abort.signal.aborted)
            await new Promise<void>((resolve) => {
              open.wake = resolve;
            });
        } else if (event === 'result') return onMessage(JSON.parse(data), data.length);
        else if (event === 'problem') throw problem(JSON.parse(data) as Problem);
      }
      throw new PatchbayError('outcome_unknown', { message: 'The stream ended without its result.' });
    } catch (error) {
      // One that was refused before it began, or did not succeed, has a result all the same.
      if (error instanceof PatchbayError && error.body.details.result !== undefined)
        onMessage(error.body.details.result, 0);
      else onFailure(open.abort.signal.aborted ? left() : toFailure(error));
    }
  }
}

interface Problem {
  readonly code: ConstructorParameters<typeof PatchbayError>[0];
  readonly detail: string;
  readonly speakable: string;
}

const problem = ({ code, detail, speakable }: Problem) => new PatchbayError(code, { message: detail, speakable });
const left = () => new PatchbayError('cancelled', { message: 'The caller left the stream.' });

function toFailure(error: unknown): PatchbayError {
  if (error instanceof PatchbayError) return error;
  const late = (error as Error)?.name === 'TimeoutError';
  return new PatchbayError(late ? 'deadline_exceeded' : 'outcome_unknown', {
    message: late ? 'No answer came in time.' : 'The connection ended before the result came.',
    cause: error,
  });
}
