import type { WebhookEventFilter, WebhookEventSummary } from '@patchbay/contracts';
import type { WebhookEventsAdmin } from '@patchbay/sdk';

/** Events of one answer at most. */
const pageSize = 1_000;

/** The newest events that a filter picks, newest first, page by page; and whether there are older ones. */
export async function readEvents(
  { list }: Pick<WebhookEventsAdmin, 'list'>,
  filter: WebhookEventFilter,
  limit = Number.POSITIVE_INFINITY,
): Promise<{ readonly events: WebhookEventSummary[]; readonly more: boolean }> {
  const events: WebhookEventSummary[] = [];
  let cursor: string | null = null;
  do {
    const page = await list({
      ...filter,
      limit: Math.min(pageSize, limit - events.length),
      ...(cursor !== null && { cursor }),
    });
    events.push(...page.events);
    cursor = page.next_cursor;
  } while (cursor !== null && events.length < limit);
  return { events, more: cursor !== null };
}
