import {
  type AddSubscriptionRequest,
  type AwaitWebhookRequest,
  type AwaitWebhookResult,
  buildSubject,
  events,
  type SubscriptionKeyResult,
  type WebhookRetry,
} from '@patchbay/contracts';

export interface AwaitWebhookPorts {
  readonly addSubscription: (request: AddSubscriptionRequest, by: 'agent') => Promise<SubscriptionKeyResult>;
  readonly now: () => number;
}

/** Milliseconds before the first attempts after the first: a session that waits is there, or comes back soon. */
const soonMs = [500, 1_000, 2_000, 5_000, 10_000];
/** Attempts over the time that it waits, beside these. */
const further = 40;
const leastGapMs = 15_000;

/** A schedule that lasts as long as the session waits. */
function retryFor(timeoutMs: number): WebhookRetry {
  const gap = Math.max(leastGapMs, Math.ceil(timeoutMs / further));
  return { schedule_ms: [...soonMs, ...Array.from({ length: further }, () => gap)], jitter: 0.2 };
}

/**
 * A session waits for one webhook: a subscription that goes with its first delivery, or with its time. Whoever asks listens
 * on the answer's subject first: an event may be on its way.
 */
export function createAwaitWebhook({ addSubscription, now }: AwaitWebhookPorts) {
  return async (tenant: string, request: AwaitWebhookRequest): Promise<AwaitWebhookResult> => {
    const { session, source, types, filter, timeout_ms } = request;
    const expires_at = new Date(now() + timeout_ms).toISOString();
    const { subscription } = await addSubscription(
      {
        tenant,
        name: `session ${session}`.slice(0, 120),
        source: source ?? null,
        types,
        filter: filter ?? null,
        target: { kind: 'session', session },
        retry: retryFor(timeout_ms),
        rate: null,
        concurrency: 1,
        order_by: null,
        once: true,
        expires_at,
      },
      'agent',
    );
    return {
      subscription: subscription.id,
      subject: buildSubject(events.sessionWebhook.subject, { tenant, session }),
      expires_at,
    };
  };
}
