import { newId, type WebhookEvent, type WebhookSubscription } from '@patchbay/contracts';

export const source = 'src_01JD0000000000000000000001';

/** A verified event of tenant acme. */
export function webhookEvent(over: Partial<WebhookEvent> = {}): WebhookEvent {
  return {
    id: newId('event'),
    tenant: 'acme',
    source,
    scheme: 'stripe',
    variant: 'v1',
    secret_id: newId('webhookSecret'),
    type: 'ticket.created',
    vendor_id: 'v-1',
    dedup_key: null,
    guard_key: null,
    received_at: '2026-11-29T12:00:00.000Z',
    request: {
      id: newId('webhookRequest'),
      method: 'POST',
      url: 'https://hooks.example.com/hooks/x',
      headers: [
        ['Content-Type', 'application/json'],
        ['X-Kind', 'a'],
        ['x-kind', 'b'],
      ],
    },
    index: 0,
    count: 1,
    content_type: 'application/json',
    traceparent: null,
    ...over,
  };
}

/** An active subscription of tenant acme to every event. */
export function webhookSubscription(over: Partial<WebhookSubscription> = {}): WebhookSubscription {
  return {
    id: newId('subscription'),
    tenant: 'acme',
    name: '',
    source: null,
    types: ['*'],
    filter: null,
    target: { kind: 'nats' },
    retry: { schedule_ms: [1_000, 2_000], jitter: 0 },
    rate: null,
    concurrency: 8,
    order_by: null,
    state: { value: 'active', reason: null, since: '2026-11-29T00:00:00.000Z' },
    once: false,
    expires_at: null,
    secrets: [],
    created_at: '2026-11-29T00:00:00.000Z',
    updated_at: '2026-11-29T00:00:00.000Z',
    ...over,
  };
}

export const bytes = (text: string) => new TextEncoder().encode(text);
