import { type FindWebhooksRequest, type FindWebhooksResult, newId, PatchbayError } from '@patchbay/contracts';
import { parseDataPath, readDataPath } from '@patchbay/execution-engine';
import { type CallVendorPorts, callVendor, type WebhookCall } from './call-vendor.ts';
import { vendorText } from './vendor-text.ts';
import { webhooksOf } from './vendor-webhooks.ts';

/** Looks for webhooks that go to one URL. What else is registered over the connection is told to nobody. */
export function createFindWebhooks(ports: CallVendorPorts) {
  return async (request: FindWebhooksRequest, call: WebhookCall): Promise<FindWebhooksResult> => {
    const { webhooks } = webhooksOf(ports.webhooks, request);
    if (webhooks.list === undefined) return { execution_id: newId('execution'), webhook_ids: null };
    const { executionId, output } = await callVendor(ports, 'list', request, { 'webhook.url': request.url }, call);
    const { id, url } = webhooks.list.response;
    const items = output['webhooks'];
    if (!Array.isArray(items))
      throw new PatchbayError('response_invalid', { message: 'The vendor answered without a list of webhooks.' });
    const ids = items
      .filter((item) => at(item, url) === request.url)
      .map((item) => vendorText(at(item, id), 1_024))
      .filter((found) => found !== null);
    return { execution_id: executionId, webhook_ids: ids };
  };
}

function at(item: unknown, text: string): unknown {
  const path = parseDataPath(text);
  return typeof path === 'string' ? undefined : readDataPath(item, path);
}
