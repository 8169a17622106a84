import { PatchbayError } from '@patchbay/contracts';
import type { ArrivedWebhook, WebhookEventsAdmin } from '@patchbay/sdk';
import { redacted } from '@patchbay/webhook-schemes';
import { sendRequest } from './send-request.ts';
import { wholeRequest } from './whole-request.ts';

/** What became of one request that was sent on. */
export interface Forwarded {
  readonly event: string;
  readonly request: string;
  readonly scheme: string;
  readonly type: string;
  /** Events that the request held. */
  readonly events: number;
  readonly ok: boolean;
  /** Null: no answer. */
  readonly status: number | null;
  readonly duration_ms: number | null;
  /** The beginning of the answer, or why there was none. */
  readonly answer: string;
  /** Headers whose value is not kept, because it was a credential: they did not go along. */
  readonly withheld: readonly string[];
}

/** Sends the request that an event came in to a URL, as it came. Never throws for what the receiver does. */
export async function forward(
  events: Pick<WebhookEventsAdmin, 'show'>,
  arrived: ArrivedWebhook,
  to: string,
): Promise<Forwarded> {
  const { event } = arrived;
  const request = await wholeRequest(events, arrived);
  const facts = {
    event: event.id,
    request: event.request.id,
    scheme: event.scheme,
    type: event.type,
    events: event.count,
    withheld: request.headers.filter(([, value]) => value === redacted).map(([name]) => name),
  };
  try {
    const { status, body, duration_ms } = await sendRequest(to, request);
    return { ...facts, ok: status >= 200 && status < 300, status, duration_ms, answer: body };
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { ...facts, ok: false, status: null, duration_ms: null, answer: error.message };
  }
}
