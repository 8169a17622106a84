import type { HeldRecord, ListHeldWebhooksRequest, ListHeldWebhooksResult } from '@patchbay/contracts';
import { viewOf } from '../../domain/event-view.ts';
import { mentionsOf } from '../../domain/mentions-person.ts';
import type { StoredEvent } from '../ports.ts';
import { answersOf, lookThrough, type PartSize } from './look-through.ts';
import type { HeldWebhooks } from './ports.ts';

/** Bytes of records in one answer. */
const maxAnswerBytes = 700_000;

/** Tells what is kept of a person of what vendors sent and what targets answered to it. @throws PatchbayError `overloaded`. */
export function createListHeldWebhooks(
  held: Pick<HeldWebhooks, 'eventsAfter' | 'answers'>,
  most: PartSize,
): (request: ListHeldWebhooksRequest) => Promise<ListHeldWebhooksResult> {
  return async ({ tenant, subject, after }) => {
    const mentions = mentionsOf(subject);
    const { found, next } = await lookThrough(held, mentions, { tenant, after }, most);
    const records: HeldRecord[] = [];
    let bytes = 0;
    const add = (one: HeldRecord) => {
      bytes += JSON.stringify(one.record).length;
      records.push(bytes > maxAnswerBytes ? { ...one, record: null } : one);
    };
    for (const stored of found) add({ where: 'webhooks', id: stored.event.id, record: told(stored) });
    if (found.length > 0 || next === null)
      for await (const { place, row } of answersOf(held, mentions, tenant, idsOf(found)))
        add({ where: place, id: String(row.value['id']), record: row.value });
    return { held: records, next };
  };
}

export const idsOf = (found: readonly StoredEvent[]) => new Set(found.map(({ event }) => event.id));

function told({ event, payload }: StoredEvent) {
  const { source, type, received_at } = event;
  const { body } = viewOf(event, payload);
  return { source, type, received_at, payload: body === undefined ? Buffer.from(payload).toString('utf8') : body };
}
