import type {
  FindWebhooksRequest,
  FindWebhooksResult,
  RegisterWebhookRequest,
  RegisterWebhookResult,
  RemoveWebhookRequest,
  RemoveWebhookResult,
} from '@patchbay/contracts';

/** Webhooks at vendors, through an executor. Each throws the PatchbayError that it answered with, or `overloaded` where there is none. */
export interface VendorWebhooks {
  register(request: Omit<RegisterWebhookRequest, 'deadline_ms'>): Promise<RegisterWebhookResult>;
  find(request: Omit<FindWebhooksRequest, 'deadline_ms'>): Promise<FindWebhooksResult>;
  remove(request: Omit<RemoveWebhookRequest, 'deadline_ms'>): Promise<RemoveWebhookResult>;
}
