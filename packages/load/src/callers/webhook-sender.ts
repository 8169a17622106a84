import { signSample, type WebhookScheme } from '@patchbay/webhook-schemes';
import type { MakeCall } from '../run/call-outcome.ts';
import { withOwnEvent } from '../work/own-events.ts';
import type { HttpClient } from './http-client.ts';
import { lostAnswer } from './lost-answer.ts';

export interface WebhookTerms {
  readonly scheme: WebhookScheme;
  /** What the source verifies with. Secret. */
  readonly secret: string;
  /** Of the source. */
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Begins the events' ids, so that two loads share none. */
  readonly run: string;
  /** Milliseconds within which the ingress answers. */
  readonly timeoutMs: number;
}

/** Whether a load of webhooks can be made of the scheme: each must be an event of its own. */
export function canSendWebhooks(scheme: WebhookScheme): boolean {
  return withOwnEvent(scheme, 'evt_1') !== null;
}

/** Sends webhooks as a vendor does, each signed and an event of its own. @throws RangeError for a scheme that has none. */
export function webhookSender(client: HttpClient, terms: WebhookTerms): MakeCall {
  const { scheme, secret, url, settings, run, timeoutMs } = terms;
  if (!canSendWebhooks(scheme)) throw new RangeError(`Webhooks of ${scheme.id} cannot be made events of their own.`);
  const what = scheme.id;
  const { pathname, search } = new URL(url);
  return async (number) => {
    try {
      const own = withOwnEvent(scheme, `${run}_${number}`) as WebhookScheme;
      const { request } = await signSample(own, { secret, url, settings, now: Date.now() });
      const headers = Object.fromEntries(request.headers);
      const query = new URL(request.url).search || search;
      const { status } = await client.post(`${pathname}${query}`, headers, request.body, timeoutMs);
      if (status < 300) return { status: 'succeeded', code: null, what };
      return { status: status < 500 || status === 503 ? 'refused' : 'failed', code: `http_${status}`, what };
    } catch (error) {
      return lostAnswer(error, what);
    }
  };
}
