import { maxShownBytes, type ShowWebhookEventRequest, type ShowWebhookEventResult } from '@patchbay/contracts';
import { refused, refuseMissing } from './find-subscription.ts';
import type { ReadEvents } from './ports.ts';

/**
 * One event with its payload, or with the body of the request that it came in, byte for byte.
 * @throws PatchbayError `invalid_request` when there is none, or the whole request is not kept, `overloaded`.
 */
export function createShowWebhookEvent({ events }: { readonly events: Pick<ReadEvents, 'find' | 'requestBody'> }) {
  return async ({ tenant, event: id, body, offset }: ShowWebhookEventRequest): Promise<ShowWebhookEventResult> => {
    const stored = (await events.find(tenant, id)) ?? refuseMissing(tenant, 'webhook event', id);
    const { event, payload } = stored;
    // A request of one event is its payload.
    const bytes = body === 'payload' || event.count === 1 ? payload : await events.requestBody(event);
    if (bytes === null) throw refused('body', 'The request that this event came in is no longer kept.');
    const part = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(offset, offset + maxShownBytes);
    return { event, body: part.toString('base64'), offset, total_bytes: bytes.byteLength };
  };
}
