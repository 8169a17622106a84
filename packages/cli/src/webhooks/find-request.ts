import { type StoredKeptRequest, timeOfId, type WebhookEventSummary } from '@patchbay/contracts';
import type { WebhooksAdmin } from '@patchbay/sdk';
import { readEvents } from './read-events.ts';

/** What became of a request: it is kept because it was turned away or captured, or it became events. */
export interface FoundRequest {
  readonly kept: StoredKeptRequest | null;
  readonly events: readonly WebhookEventSummary[];
}

/** Milliseconds around a request's beginning in which its events have their time. */
const before = 5_000;
const after = 120_000;

/** Looks for a request among those kept, and among the events of its time. */
export async function findRequest(
  webhooks: WebhooksAdmin,
  id: string,
  source: string | undefined,
): Promise<FoundRequest> {
  const sources = source === undefined ? (await webhooks.sources.list()).map((one) => one.id) : [source];
  for (const each of sources) {
    const kept = await webhooks.rejected.list(each, { limit: 200 });
    if (kept.some((one) => one.id === id)) return { kept: await webhooks.rejected.show(each, id), events: [] };
  }
  return { kept: null, events: await eventsOf(webhooks, id, source) };
}

async function eventsOf(
  { events }: WebhooksAdmin,
  id: string,
  source: string | undefined,
): Promise<WebhookEventSummary[]> {
  const began = timeOfId(id);
  const { events: near } = await readEvents(events, {
    from: new Date(began - before).toISOString(),
    to: new Date(began + after).toISOString(),
    ...(source !== undefined && { source }),
  });
  return near.filter(({ request_id }) => request_id === id).sort((a, b) => a.index - b.index);
}
