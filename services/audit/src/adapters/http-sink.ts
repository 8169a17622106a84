import { PatchbayError, platformScope } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import { retryAfterMs } from '@patchbay/execution-engine/retry-after';
import { type SinkAnswer, sinkAnswerOf } from '../domain/sink-retry.ts';
import type { SendToSink, StoredSink } from '../operations/sinks/ports.ts';

/** Milliseconds that a target has for its whole answer. */
const timeoutMs = 15_000;
/** Bytes of an answer that are read; nothing of it is kept. */
const maxAnswerBytes = 65_536;

export interface HttpSinkOptions {
  readonly egress: Pick<Egress, 'send'>;
  /** The token of a sink, or null when it has none. Rejects with PatchbayError when it cannot be had now. */
  readonly tokenOf: (sink: StoredSink) => Promise<string | null>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Sends records by POST through the egress guard; no redirect is followed. */
export function createHttpSink({ egress, tokenOf, now, signal }: HttpSinkOptions): SendToSink {
  return async (sink, { body, contentType, batch }) => {
    const { url, auth } = sink.settings;
    let token: string | null;
    try {
      token = await tokenOf(sink);
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      return { kind: 'failed', problem: 'The token of the sink cannot be had at the moment.', retryAfterMs: null };
    }
    const outcome = await egress.send({
      tenant: sink.tenant ?? platformScope,
      method: 'POST',
      url,
      headers: {
        'content-type': contentType,
        'user-agent': 'Patchbay-Audit/1',
        // The same for the same records, whenever they are sent.
        'patchbay-batch': batch,
        ...(token !== null && authorisation(auth, token)),
      },
      body,
      hosts: [new URL(url).host],
      deadlineAt: performance.now() + timeoutMs,
      maxResponseBytes: maxAnswerBytes,
      signal,
    });
    if (outcome.ok) return sinkAnswerOf(outcome.response.status, retryAfterMs(outcome.response.headers, now()));
    const { message, reason } = outcome.failure;
    return { kind: 'failed', problem: `${message} (${reason})`, retryAfterMs: null } satisfies SinkAnswer;
  };
}

function authorisation(auth: StoredSink['settings']['auth'], token: string): Record<string, string> {
  if (auth.startsWith('header:')) return { [auth.slice('header:'.length)]: token };
  return { authorization: `${auth === 'splunk' ? 'Splunk' : 'Bearer'} ${token}` };
}
