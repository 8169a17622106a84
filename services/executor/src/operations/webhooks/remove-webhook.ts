import { PatchbayError, type RemoveWebhookRequest, type RemoveWebhookResult } from '@patchbay/contracts';
import { type CallVendorPorts, callVendor, type WebhookCall } from './call-vendor.ts';
import { createFindWebhooks } from './find-webhooks.ts';

/** Answers of a vendor that has no such webhook. */
const goneStatuses: ReadonlySet<unknown> = new Set([404, 410]);

/**
 * Removes a webhook at its vendor. One that is not there is as good as removed; since some vendors say so too of what the
 * credential may not see, it is looked for where the document says how.
 */
export function createRemoveWebhook(ports: CallVendorPorts) {
  const findWebhooks = createFindWebhooks(ports);
  return async (request: RemoveWebhookRequest, call: WebhookCall): Promise<RemoveWebhookResult> => {
    const settings = Object.entries(request.settings).map(([name, value]) => [`setting.${name}`, value]);
    const ours = { 'webhook.id': request.webhook_id, 'webhook.url': request.url, ...Object.fromEntries(settings) };
    try {
      const { executionId } = await callVendor(ports, 'remove', request, ours, call);
      return { execution_id: executionId, removed: true };
    } catch (error) {
      const gone = error instanceof PatchbayError && goneStatuses.has(error.body.details['upstream_status']);
      if (!gone) throw error;
      const { webhook_id: id, settings: _settings, ...rest } = request;
      const { execution_id, webhook_ids: seen } = await findWebhooks(rest, call);
      if (seen?.includes(id)) throw error;
      return { execution_id, removed: false };
    }
  };
}
