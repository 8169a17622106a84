import { decodeWebhookEvent, type WebhookEvent, webhookEventHeader, webhookSubject } from '@patchbay/contracts';
import type { AgentTransport } from '../agent-transport.ts';

/** A verified webhook event as it came. */
export interface ArrivedWebhook {
  readonly event: WebhookEvent;
  /** The body's bytes as they came; of an event that came in a list, its own JSON. */
  readonly payload: Uint8Array;
}

export interface Listening {
  /** Only of this source. */
  readonly source?: string;
  readonly onWebhook: (arrived: ArrivedWebhook) => void;
  /** The connection was lost and is back: what came meanwhile was not heard. An operator finds it in the events' list. */
  readonly onGap?: () => void;
}

/**
 * Webhook events of a tenant as they are stored. Nothing is kept for a listener: what must not be missed is what
 * subscriptions are for. Returns how to stop.
 */
export function listenWebhooks(
  messaging: AgentTransport,
  tenant: string,
  { source, onWebhook, onGap = () => {} }: Listening,
): () => void {
  const heard = messaging.hearMessages(
    webhookSubject,
    { tenant, ...(source !== undefined && { source }) },
    ({ payload, header }) => {
      const event = decodeWebhookEvent(header(webhookEventHeader));
      if (event !== null) onWebhook({ event, payload });
    },
  );
  const back = messaging.onReconnect(onGap);
  return () => {
    heard.unsubscribe();
    back.unsubscribe();
  };
}
