import { newId, type WebhookEvent, type WebhookEventSummary } from '@patchbay/contracts';
import type { ArrivedWebhook, Listening, WebhookEventsAdmin } from '@patchbay/sdk';

export interface FakeEvents extends WebhookEventsAdmin {
  /** What a listener gets, and what was asked of the list. */
  readonly listeners: Listening[];
  readonly asked: Parameters<WebhookEventsAdmin['list']>[0][];
  /** Stores an event; `heard` tells listeners too. */
  store(over?: Partial<WebhookEvent>, options?: { heard?: boolean; payload?: string }): ArrivedWebhook;
  /** The next look at the list fails by this. */
  failNext(error: Error): void;
}

/** Events as the service keeps them: pages of two, newest first. */
export function fakeEvents(): FakeEvents {
  const stored: ArrivedWebhook[] = [];
  const listeners: Listening[] = [];
  const asked: FakeEvents['asked'] = [];
  let failure: Error | null = null;
  const summaryOf = ({ event, payload }: ArrivedWebhook): WebhookEventSummary => {
    const { request, traceparent: _traceparent, ...facts } = event;
    return { ...facts, request_id: request.id, payload_bytes: payload.length };
  };
  return {
    listeners,
    asked,
    failNext: (error) => {
      failure = error;
    },
    store(over = {}, { heard = false, payload = `{"n":${stored.length}}` } = {}) {
      const event: WebhookEvent = {
        id: newId('event'),
        tenant: 'acme',
        source: 'src_01JD0000000000000000000000',
        scheme: 'stripe',
        variant: 'default',
        secret_id: 'sec_01JD0000000000000000000000',
        type: 'invoice.paid',
        vendor_id: null,
        dedup_key: null,
        guard_key: null,
        received_at: new Date().toISOString(),
        request: { id: newId('webhookRequest'), method: 'POST', url: 'https://x.example/hooks/s', headers: [] },
        index: 0,
        count: 1,
        content_type: null,
        traceparent: null,
        ...over,
      };
      const arrived = { event, payload: Buffer.from(payload) };
      stored.push(arrived);
      if (heard) for (const { onWebhook } of listeners) onWebhook(arrived);
      return arrived;
    },
    async list(filter = {}) {
      asked.push(filter);
      if (failure !== null) {
        const error = failure;
        failure = null;
        throw error;
      }
      const { from = '', to = '9', cursor } = filter;
      const fitting = stored.filter(({ event: { received_at: at } }) => at >= from && at <= to).reverse();
      const start = Number(cursor ?? 0);
      const more = start + 2 < fitting.length;
      return {
        events: fitting.slice(start, start + 2).map(summaryOf),
        next_cursor: more ? String(start + 2) : null,
      };
    },
    async show(id, body = 'payload') {
      const found = stored.find(({ event }) => event.id === id);
      if (found === undefined) throw new Error(`no event ${id}`);
      return { event: found.event, body: body === 'payload' ? found.payload : Buffer.from('the whole request') };
    },
    listen(listening) {
      listeners.push(listening);
      return () => listeners.splice(listeners.indexOf(listening), 1);
    },
  };
}
