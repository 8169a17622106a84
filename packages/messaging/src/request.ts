import { headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import {
  buildSubject,
  ErrorBody,
  type ErrorCode,
  headers as headerNames,
  issuesOf,
  maxMessageBytes,
  PatchbayError,
  type RequestRoute,
} from '@patchbay/contracts';
import type { z } from 'zod';
import { notJson, requestFailure, tooLarge } from './failures.ts';
import type { FollowedRequests } from './followed-requests.ts';
import { decodeJson } from './json.ts';
import type { OwnPresence } from './presence.ts';
import type { RequestOptions, SubjectValues } from './types.ts';

/** The code for "nobody serves this", by the service that should have. */
export const unavailableCode: Record<RequestRoute['owner'], ErrorCode> = {
  executor: 'overloaded',
  registry: 'overloaded',
  vault: 'vault_unavailable',
  audit: 'audit_unavailable',
  'webhook-ingress': 'overloaded',
  'webhook-delivery': 'overloaded',
  gateway: 'overloaded',
};

/**
 * Sends a request and parses its answer with the route's contract.
 * @throws PatchbayError the answer's own error, or `deadline_exceeded`, `not_permitted`, `invalid_request` (too large or
 *   not JSON), the owner's unavailable code (nothing was carried out), or `outcome_unknown` when the connection ended first.
 */
export async function sendRequest<Route extends RequestRoute>(
  connection: NatsConnection,
  route: Route,
  values: SubjectValues,
  body: z.input<Route['request']>,
  options: RequestOptions<NoInfer<Route>> = {},
  own?: OwnPresence,
  followed?: FollowedRequests,
): Promise<z.output<Route['response']>> {
  const subject = buildSubject(route.subject, values);
  const timeout = Math.max(1, Math.ceil(options.timeoutMs ?? route.timeoutMs));
  const { signal, repeat } = options;
  const caller = signal === undefined || options.presence !== true ? null : (own?.ofCall(signal) ?? null);
  const headersFor = (budgetMs: number): MsgHdrs => {
    const head = headers();
    head.set(headerNames.budgetMs, String(budgetMs));
    if (options.traceparent !== undefined) head.set(headerNames.traceparent, options.traceparent);
    if (options.presence === true && own !== undefined) head.set(headerNames.presence, caller?.subject ?? own.subject);
    return head;
  };
  const unless = <T>(pending: Promise<T>) => (signal === undefined ? pending : abortable(pending, signal));
  try {
    if (repeat === undefined || followed === undefined) {
      const pending = connection.request(subject, payloadOf(body), { timeout, headers: headersFor(timeout) });
      return readAnswer(route, await unless(pending));
    }
    const request = followed.request({
      subject,
      timeoutMs: timeout,
      message: (leftMs, repeated) => {
        const headers = headersFor(Math.max(1, Math.ceil(leftMs)));
        headers.set(headerNames.alive, '1');
        return { payload: payloadOf(repeated ? (repeat.body?.(leftMs) ?? body) : body), headers };
      },
      read: (message, repeated) => {
        const answer = readAnswer(route, message);
        return repeat.settles?.(answer, repeated) === false ? null : answer;
      },
    });
    return await unless(request.answer).finally(() => request.forget());
  } catch (error) {
    throw requestFailure(error, unavailableCode[route.owner]);
  } finally {
    caller?.end();
  }
}

function payloadOf(body: unknown): string {
  const payload = encodeBody(body);
  if (payload.length > maxMessageBytes) throw tooLarge();
  return payload;
}

export function encodeBody(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    throw notJson(error);
  }
}

function readAnswer<Route extends RequestRoute>(route: Route, answer: Msg): z.output<Route['response']> {
  const failure = readFailure(answer);
  if (failure !== null) throw failure;
  const parsed = route.response.safeParse(decodeJson(answer.data));
  if (!parsed.success) {
    throw new PatchbayError('internal', {
      message: 'The answer does not follow its contract.',
      details: { issues: issuesOf(parsed.error) },
    });
  }
  return parsed.data as z.output<Route['response']>;
}

/** The error that a service answered with, or null when it answered otherwise. */
export function readFailure(answer: Msg): PatchbayError | null {
  if (!answer.headers?.has('Nats-Service-Error-Code')) return null;
  const body = decodeJson(answer.data) as { error?: unknown } | undefined;
  const failure = ErrorBody.safeParse(body?.error);
  if (!failure.success) {
    return new PatchbayError('internal', {
      message: 'The service answered with an error that is not in the catalogue.',
    });
  }
  const { code, message, speakable, retryable, retry_after_ms: retryAfterMs, details } = failure.data;
  return new PatchbayError(code, { message, speakable, retryable, retryAfterMs, details });
}

function abortable<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new PatchbayError('cancelled', { message: 'The caller stopped waiting.' }));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
