import {
  type ChangeWebhookDeadLettersRequest,
  type ChangeWebhookDeadLettersResult,
  type Delivery,
  type ListDeliveriesRequest,
  type ListDeliveriesResult,
  type ListWebhookDeadLettersRequest,
  type ListWebhookDeadLettersResult,
  type ReplayWebhooksRequest,
  type ReplayWebhooksResult,
  routes,
  type ShowWebhookDeadLetterResult,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** Events on their way to subscriptions. */
export interface DeliveriesAdmin {
  /** Newest first, a page at a time; without attempts. */
  list(filter?: Partial<Omit<ListDeliveriesRequest, 'tenant'>>): Promise<ListDeliveriesResult>;
  /** One with every attempt. @throws PatchbayError when there is none. */
  show(delivery: string): Promise<Delivery>;
}

type DeadLetterFilter = Partial<Omit<ChangeWebhookDeadLettersRequest, 'tenant'>>;

/** Deliveries that were given up. What changes them only counts unless `dry_run` is false. */
export interface WebhookDeadLettersAdmin {
  /** Newest first. */
  list(filter?: Partial<Omit<ListWebhookDeadLettersRequest, 'tenant'>>): Promise<ListWebhookDeadLettersResult>;
  /** @throws PatchbayError when there is none. */
  show(delivery: string): Promise<ShowWebhookDeadLetterResult>;
  /** Delivers them again, with all their attempts. */
  redrive(filter?: DeadLetterFilter): Promise<ChangeWebhookDeadLettersResult>;
  drop(filter?: DeadLetterFilter): Promise<ChangeWebhookDeadLettersResult>;
}

/** Delivers events again, byte for byte: to all subscriptions that match, or to one. Only counts unless `dry_run` is false. */
export type ReplayWebhooks = (filter?: Partial<Omit<ReplayWebhooksRequest, 'tenant'>>) => Promise<ReplayWebhooksResult>;

export function deliveriesOver(messaging: Messaging, tenant: string): DeliveriesAdmin {
  return {
    list: (filter = {}) => messaging.request(routes.listDeliveries, {}, { tenant, ...filter }),
    show: async (delivery) => (await messaging.request(routes.showDelivery, {}, { tenant, delivery })).delivery,
  };
}

export function webhookDeadLettersOver(messaging: Messaging, tenant: string): WebhookDeadLettersAdmin {
  return {
    list: (filter = {}) => messaging.request(routes.listWebhookDeadLetters, {}, { tenant, ...filter }),
    show: (delivery) => messaging.request(routes.showWebhookDeadLetter, {}, { tenant, delivery }),
    redrive: (filter = {}) => messaging.request(routes.redriveWebhookDeadLetters, {}, { tenant, ...filter }),
    drop: (filter = {}) => messaging.request(routes.dropWebhookDeadLetters, {}, { tenant, ...filter }),
  };
}

export function replayOver(messaging: Messaging, tenant: string): ReplayWebhooks {
  return (filter = {}) => messaging.request(routes.replayWebhooks, {}, { tenant, ...filter });
}
