import type { ArrivedWebhook, WebhookEventsAdmin } from '@patchbay/sdk';
import type { HookRequest } from '@patchbay/webhook-schemes';

/** The request that an event came in, as it came. Of several events in one request, each gives the whole. */
export async function wholeRequest(
  events: Pick<WebhookEventsAdmin, 'show'>,
  { event, payload }: ArrivedWebhook,
): Promise<HookRequest> {
  const { method, url, headers } = event.request;
  const body = event.count === 1 ? payload : (await events.show(event.id, 'request')).body;
  return { method, url, headers, body };
}
