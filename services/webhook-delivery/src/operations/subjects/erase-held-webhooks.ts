import type { EraseHeldWebhooksRequest, EraseHeldWebhooksResult } from '@patchbay/contracts';
import { mentionsOf } from '../../domain/mentions-person.ts';
import type { StoredEvent } from '../ports.ts';
import { idsOf } from './list-held-webhooks.ts';
import { answersOf, lookThrough, type PartSize, withoutTexts } from './look-through.ts';
import { answerPlaces, type HeldWebhooks } from './ports.ts';

/** Looks at rows that change under it. */
const maxRounds = 5;

/**
 * Takes away what vendors sent of a person, and what targets answered to it. An event that names them goes as a whole, the bodies of requests
 * with it, and is not delivered any more. @throws PatchbayError `overloaded`; what was done stays, and the same part may be given again.
 */
export function createEraseHeldWebhooks(
  held: HeldWebhooks,
  most: PartSize,
): (request: EraseHeldWebhooksRequest) => Promise<EraseHeldWebhooksResult> {
  return async ({ tenant, subject, after }) => {
    const mentions = mentionsOf(subject);
    const { found, next } = await lookThrough(held, mentions, { tenant, after }, most);
    // What leads nowhere once the events are gone goes before them.
    const answers = Object.fromEntries(answerPlaces.map((place) => [place, 0]));
    for (let round = 0; (found.length > 0 || next === null) && round < maxRounds; round++) {
      let changed = false;
      for await (const { place, row } of answersOf(held, mentions, tenant, idsOf(found))) {
        if (await held.replaceAnswer(place, row, withoutTexts(row.value))) answers[place] = (answers[place] ?? 0) + 1;
        else changed = true;
      }
      if (!changed) break;
    }
    const requests = await eraseRequests(held, found);
    for (const { sequence } of found) await held.eraseEvent(sequence);
    const records = { webhooks: found.length, webhook_requests: requests, ...answers };
    return { erased: Object.entries(records).map(([where, count]) => ({ where, records: count })), next };
  };
}

async function eraseRequests(held: HeldWebhooks, found: readonly StoredEvent[]): Promise<number> {
  const shared = new Map(found.flatMap(({ event }) => (event.count > 1 ? [[event.request.id, event]] : [])));
  let erased = 0;
  for (const event of shared.values()) if (await held.eraseRequest(event)) erased++;
  return erased;
}
