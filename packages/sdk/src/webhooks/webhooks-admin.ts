import type { Messaging } from '@patchbay/messaging';
import {
  type DeliveriesAdmin,
  deliveriesOver,
  type ReplayWebhooks,
  replayOver,
  type WebhookDeadLettersAdmin,
  webhookDeadLettersOver,
} from './deliveries-admin.ts';
import { type WebhookEventsAdmin, webhookEventsOver } from './events-admin.ts';
import { type RejectedAdmin, rejectedOver, type SourcesAdmin, sourcesOver } from './sources-admin.ts';
import { type SubscriptionsAdmin, subscriptionsOver } from './subscriptions-admin.ts';

/** What an operator does with the tenant's webhooks. */
export interface WebhooksAdmin {
  readonly sources: SourcesAdmin;
  readonly rejected: RejectedAdmin;
  readonly events: WebhookEventsAdmin;
  readonly subscriptions: SubscriptionsAdmin;
  readonly deliveries: DeliveriesAdmin;
  readonly deadLetters: WebhookDeadLettersAdmin;
  readonly replay: ReplayWebhooks;
}

export function webhooksOver(messaging: Messaging, tenant: string): WebhooksAdmin {
  return {
    sources: sourcesOver(messaging, tenant),
    rejected: rejectedOver(messaging, tenant),
    events: webhookEventsOver(messaging, tenant),
    subscriptions: subscriptionsOver(messaging, tenant),
    deliveries: deliveriesOver(messaging, tenant),
    deadLetters: webhookDeadLettersOver(messaging, tenant),
    replay: replayOver(messaging, tenant),
  };
}
