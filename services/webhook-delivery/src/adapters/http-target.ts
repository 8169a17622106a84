import { PatchbayError, type WebhookSubscription } from '@patchbay/contracts';
import type { Egress, EgressBody, EgressFailure, EgressStreamResponse } from '@patchbay/egress';
import { retryAfterMs } from '@patchbay/execution-engine/retry-after';
import { scrub } from '@patchbay/service-kit';
import type { WebhookSecrets } from '@patchbay/webhook-secrets';
import { deliveredEvent } from '../domain/delivered-event.ts';
import { type AttemptOutcome, judgeStatus } from '../domain/judge-attempt.ts';
import { liveKeys } from '../operations/signing-keys.ts';
import { type Attempt, failedOfOurs, outcomeOf, type SendToTarget } from '../operations/targets.ts';
import { signWebhook } from './sign-webhook.ts';

/** Milliseconds that a target has for its whole answer. */
const timeoutMs = 15_000;
/** Bytes of an answer that are read, so that its socket can be used again; a longer one loses it. */
const maxAnswerBytes = 65_536;
/** Characters of an answer that are kept. */
const keptAnswer = 1_024;
/** Bytes of an envelope at most: the payload is let out of a larger one. */
const maxEnvelopeBytes = 8 * 1_048_576;

export interface HttpTargetOptions {
  readonly egress: Pick<Egress, 'open'>;
  readonly secrets: Pick<WebhookSecrets, 'of'>;
  readonly now: () => number;
}

/** Brings events to HTTP targets: a signed POST through the egress guard, no redirect followed. */
export function createHttpTarget({ egress, secrets, now }: HttpTargetOptions): SendToTarget {
  return async (attempt) => {
    const keys = await keysOf(attempt.subscription, secrets, now());
    if (typeof keys === 'string') return failedOfOurs(keys, { errorCode: 'vault_unavailable' });
    const target = targetOf(attempt);
    const body = bodyOf(attempt, target.payload);
    const outcome = await egress.open({
      tenant: attempt.subscription.tenant,
      method: 'POST',
      url: target.url,
      headers: {
        ...target.headers,
        'content-type': body.contentType,
        'user-agent': 'Patchbay-Webhooks/1',
        traceparent: attempt.traceparent,
        ...signWebhook(keys, attempt.view.event.id, Math.floor(now() / 1_000), body.bytes),
      },
      body: body.bytes,
      hosts: [hostOf(target.url)],
      deadlineAt: performance.now() + timeoutMs,
      headersBy: performance.now() + timeoutMs,
      idleMs: timeoutMs,
      maxResponseBytes: maxAnswerBytes,
      signal: attempt.signal,
    });
    return outcome.ok ? readAnswer(outcome.response, now()) : readFailure(outcome.failure);
  };
}

/** The keys that sign now, newest first; a text says why there are none. */
async function keysOf(
  { tenant, id, secrets: entries }: WebhookSubscription,
  secrets: HttpTargetOptions['secrets'],
  now: number,
): Promise<string[] | string> {
  const live = liveKeys(entries, now).map((entry) => entry.id);
  let lent: ReadonlyMap<string, string>;
  try {
    lent = await secrets.of({ tenant, owner: id }, live);
  } catch (error) {
    if (error instanceof PatchbayError) return 'The vault lends no signing keys at the moment.';
    throw error;
  }
  const keys = live.flatMap((key) => lent.get(key) ?? []);
  // Nothing goes out unsigned: its receiver could not tell it from anybody's.
  return keys.length === 0 ? 'The vault has no signing key of this subscription.' : keys;
}

function targetOf({ subscription: { target } }: Attempt) {
  if (target.kind !== 'http') throw new TypeError('not an HTTP target');
  return target;
}

function bodyOf({ subscription, delivery, view, payload }: Attempt, kind: 'envelope' | 'raw') {
  if (kind === 'raw') return { bytes: payload, contentType: view.event.content_type ?? 'application/octet-stream' };
  const text = deliveredEvent(
    { delivery, subscription: subscription.id },
    view,
    { bytes: payload.byteLength, base64: () => Buffer.from(payload).toString('base64') },
    maxEnvelopeBytes,
  );
  return { bytes: text, contentType: 'application/json' };
}

/** The URL's own host and port: nothing else is allowed, and redirects are not followed. */
function hostOf(url: string): string {
  return new URL(url).host;
}

async function readAnswer({ status, headers, body }: EgressStreamResponse, now: number): Promise<AttemptOutcome> {
  const { outcome, another } = judgeStatus(status);
  const answer = await beginningOf(body);
  const failed = outcome !== 'succeeded';
  return outcomeOf({
    outcome,
    another,
    status,
    answer,
    errorCode: failed ? 'upstream_error' : null,
    message: failed ? `The target answered ${status}.` : null,
    retryAfterMs: failed ? retryAfterMs(headers, now) : null,
  });
}

/** The beginning of an answer as text, without what looks like a secret. The status counts, however the body ends. */
async function beginningOf(body: EgressBody): Promise<string | null> {
  const parts: Uint8Array[] = [];
  for (let length = 0; ; ) {
    const part = await body.read();
    if (part.kind !== 'bytes') break;
    if (length < keptAnswer) parts.push(part.bytes);
    length += part.bytes.byteLength;
    if (length < maxAnswerBytes) continue;
    body.cancel();
    break;
  }
  const text = Buffer.concat(parts).toString('utf8').slice(0, keptAnswer);
  return text === '' ? null : String(scrub(text)).slice(0, keptAnswer);
}

function readFailure({ kind, message, reason }: EgressFailure): AttemptOutcome {
  const told = `${message} (${reason})`;
  const failed = { outcome: 'failed', another: 'again', message: told } as const;
  switch (kind) {
    case 'denied':
      return outcomeOf({ outcome: 'refused', another: 'never', errorCode: 'egress_denied', message: told });
    case 'exhausted':
      return failedOfOurs(told, { errorCode: 'overloaded' });
    case 'aborted':
      return failedOfOurs('The process that made the attempt ended.', { errorCode: 'cancelled' });
    case 'deadline':
      return outcomeOf({ ...failed, errorCode: 'deadline_exceeded' });
    case 'too_large':
    case 'invalid_response':
      return outcomeOf({ ...failed, errorCode: 'response_invalid' });
    default:
      return outcomeOf({ ...failed, errorCode: 'upstream_unreachable' });
  }
}
