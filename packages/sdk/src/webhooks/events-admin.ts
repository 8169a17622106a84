import {
  type ListWebhookEventsRequest,
  type ListWebhookEventsResult,
  routes,
  type ShowWebhookEventRequest,
  type WebhookEvent,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type Listening, listenWebhooks } from './listen-webhooks.ts';

/** An event with bytes that came with it: its own payload, or the whole body of its request. */
export interface EventWithBody {
  readonly event: WebhookEvent;
  readonly body: Uint8Array;
}

/** Verified webhook events of the last fourteen days. */
export interface WebhookEventsAdmin {
  /** Newest first, a page at a time. */
  list(filter?: Partial<Omit<ListWebhookEventsRequest, 'tenant'>>): Promise<ListWebhookEventsResult>;
  /** `payload` is the event's own JSON, `request` the body that it came in, byte for byte. @throws PatchbayError when it is gone. */
  show(event: string, body?: ShowWebhookEventRequest['body']): Promise<EventWithBody>;
  /** Events as they come. Returns how to stop listening. */
  listen(listening: Listening): () => void;
}

export function webhookEventsOver(messaging: Messaging, tenant: string): WebhookEventsAdmin {
  return {
    list: (filter = {}) => messaging.request(routes.listWebhookEvents, {}, { tenant, ...filter }),
    async show(event, body = 'payload') {
      const pieces: Buffer[] = [];
      for (let offset = 0; ; ) {
        const answer = await messaging.request(routes.showWebhookEvent, {}, { tenant, event, body, offset });
        const piece = Buffer.from(answer.body, 'base64');
        pieces.push(piece);
        offset += piece.length;
        if (offset >= answer.total_bytes || piece.length === 0)
          return { event: answer.event, body: Buffer.concat(pieces) };
      }
    },
    listen: (listening) => listenWebhooks(messaging, tenant, listening),
  };
}
