import { newId, type WebhookEvent } from '@patchbay/contracts';
import type { NewEvent } from '../src/operations/event-facts.ts';

/** An event that was verified and is on its way into the stream. */
export function newEvent(over: Partial<WebhookEvent> = {}): NewEvent {
  const id = newId('event');
  const source = over.source ?? newId('webhookSource');
  const dedup_key =
    over.dedup_key === undefined
      ? id
          .toLowerCase()
          .replace(/[^0-9a-f]/g, '0')
          .padEnd(64, '0')
          .slice(0, 64)
      : over.dedup_key;
  return {
    event: {
      id,
      tenant: 'acme',
      source,
      scheme: 'stripe',
      variant: 'default',
      secret_id: newId('webhookSecret'),
      type: 'invoice.paid',
      vendor_id: 'evt_1',
      dedup_key,
      guard_key: null,
      received_at: new Date().toISOString(),
      request: { id: newId('webhookRequest'), method: 'POST', url: 'https://hooks.example.com/', headers: [] },
      index: 0,
      count: 1,
      content_type: null,
      traceparent: null,
      ...over,
    },
    payload: '{}',
    claim: dedup_key === null ? null : { keys: [`hook:acme:${source}:${dedup_key}`], windowMs: 259_200_000 },
  };
}
