import type { ListWebhookEventsRequest, ListWebhookEventsResult, WebhookEventSummary } from '@patchbay/contracts';
import { isPicked } from '../domain/pick-events.ts';
import { refused } from './find-subscription.ts';
import type { ReadEvents, StoredEvent } from './ports.ts';

/** Events that one answer looks at: where few of many are asked for, the next page goes on. */
const maxLooked = 20_000;

/** Events of a tenant as they were stored, newest first. @throws PatchbayError `invalid_request` (cursor), `overloaded`. */
export function createListWebhookEvents({ events }: { readonly events: Pick<ReadEvents, 'newestFirst'> }) {
  return async ({ tenant, limit, cursor, ...filter }: ListWebhookEventsRequest): Promise<ListWebhookEventsResult> => {
    const found: WebhookEventSummary[] = [];
    const { text, ...plain } = filter;
    let looked = 0;
    let last = 0;
    const pages = events.newestFirst(tenant, filter, { before: readCursor(cursor), payloads: text !== undefined });
    for await (const page of pages) {
      for (const stored of page) {
        if (found.length === limit || looked === maxLooked) return { events: found, next_cursor: String(last) };
        looked++;
        last = stored.sequence;
        if (isPicked(plain, stored.event) && holdsText(stored, text)) found.push(summaryOf(stored));
      }
    }
    return { events: found, next_cursor: null };
  };
}

/** The sequence number that a page ended at. @throws PatchbayError `invalid_request`. */
export function readCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!/^[1-9]\d{0,15}$/.test(cursor)) throw refused('cursor', 'This cursor is none that a page ended with.');
  return Number(cursor);
}

/** Whether the payload has the text somewhere, as UTF-8. */
export function holdsText({ payload }: Pick<StoredEvent, 'payload'>, text: string | undefined): boolean {
  return text === undefined || Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes(text);
}

function summaryOf({ event, payloadBytes }: StoredEvent & { readonly payloadBytes: number }): WebhookEventSummary {
  const { request, traceparent: _traceparent, ...facts } = event;
  return { ...facts, request_id: request.id, payload_bytes: payloadBytes };
}
