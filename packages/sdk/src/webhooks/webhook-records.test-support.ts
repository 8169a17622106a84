import { newId, type WebhookEvent, type WebhookSourceView, type WebhookSubscription } from '@patchbay/contracts';

/** Records of webhooks as services answer with them. */
export const at = '2026-11-29T12:00:00.000Z';
export const src = newId('webhookSource');
export const sub = newId('subscription');
export const evt = newId('event');
export const dlv = newId('delivery');
export const sec = newId('webhookSecret');
const req = newId('webhookRequest');

export const source = (over: Partial<WebhookSourceView> = {}): WebhookSourceView => ({
  id: src,
  tenant: 'acme',
  name: '',
  mode: 'verify',
  scheme: 'stripe',
  variant: null,
  settings: {},
  secrets: [{ id: sec, created_at: at, expires_at: null }],
  public_url: null,
  dedup_window_h: null,
  enabled: true,
  created_at: at,
  updated_at: at,
  url: `https://hooks.example.com/hooks/${src}`,
  ...over,
});
export const subscription: WebhookSubscription = {
  id: sub,
  tenant: 'acme',
  name: '',
  source: null,
  types: ['*'],
  filter: null,
  target: { kind: 'http', url: 'https://example.com/in', headers: {}, payload: 'raw' },
  retry: { schedule_ms: [5_000], jitter: 0 },
  rate: null,
  concurrency: 8,
  order_by: null,
  state: { value: 'active', reason: null, since: at },
  once: false,
  expires_at: null,
  secrets: [],
  created_at: at,
  updated_at: at,
};
export const webhook = (over: Partial<WebhookEvent> = {}): WebhookEvent => ({
  id: evt,
  tenant: 'acme',
  source: src,
  scheme: 'stripe',
  variant: 'default',
  secret_id: sec,
  type: 'invoice.paid',
  vendor_id: 'evt_1',
  dedup_key: null,
  guard_key: null,
  received_at: at,
  request: {
    id: req,
    method: 'POST',
    url: 'https://hooks.example.com/hooks/x',
    headers: [['Stripe-Signature', 't=1']],
  },
  index: 0,
  count: 1,
  content_type: 'application/json',
  traceparent: null,
  ...over,
});
