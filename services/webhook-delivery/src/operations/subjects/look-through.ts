import { viewOf } from '../../domain/event-view.ts';
import type { Mentions } from '../../domain/mentions-person.ts';
import type { StoredEvent } from '../ports.ts';
import { type AnswerPlace, type AnswerRow, answerPlaces, type HeldWebhooks } from './ports.ts';

/** Events, and bytes of their payloads, that one part looks at. */
export interface PartSize {
  readonly events: number;
  readonly bytes: number;
}

export interface Part {
  /** Events that name the person, oldest first. */
  readonly found: readonly StoredEvent[];
  /** Where the next part begins; null at the end. */
  readonly next: number | null;
}

/** A part of a tenant's events, with those that name a person picked out. @throws PatchbayError `overloaded`. */
export async function lookThrough(
  held: Pick<HeldWebhooks, 'eventsAfter'>,
  mentions: Mentions,
  { tenant, after }: { readonly tenant: string; readonly after: number },
  most: PartSize,
): Promise<Part> {
  const found: StoredEvent[] = [];
  let left = { ...most };
  let last = after;
  for await (const page of held.eventsAfter(tenant, after))
    for (const stored of page) {
      if (left.events <= 0 || left.bytes <= 0) return { found, next: last };
      left = { events: left.events - 1, bytes: left.bytes - stored.payload.byteLength };
      last = stored.sequence;
      if (mentions.inEvent(viewOf(stored.event, stored.payload), stored.payload)) found.push(stored);
    }
  return { found, next: null };
}

/** What targets answered to these events, or where the answer itself names the person. @throws PatchbayError `overloaded`. */
export async function* answersOf(
  held: Pick<HeldWebhooks, 'answers'>,
  mentions: Mentions,
  tenant: string,
  events: ReadonlySet<string>,
): AsyncGenerator<{ readonly place: AnswerPlace; readonly row: AnswerRow }> {
  for (const place of answerPlaces)
    for await (const row of held.answers(place, tenant)) {
      const said = textsOf(row.value);
      if (said.length === 0) continue;
      if (events.has(String(row.value['event'])) || said.some((text) => mentions.inText(text))) yield { place, row };
    }
}

/** The row without what was said. */
export function withoutTexts(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const rest: Record<string, unknown> = { ...value };
  if (Array.isArray(rest['attempts'])) rest['attempts'] = rest['attempts'].map(silent);
  if (rest['last_attempt'] != null) rest['last_attempt'] = silent(rest['last_attempt']);
  return rest;
}

interface Said {
  readonly message?: unknown;
  readonly answer?: unknown;
}

const silent = (attempt: unknown) => ({ ...(attempt as object), message: null, answer: null });

function textsOf({ attempts, last_attempt: last }: Readonly<Record<string, unknown>>): string[] {
  const all = [...(Array.isArray(attempts) ? attempts : []), ...(last == null ? [] : [last])] as Said[];
  return all.flatMap(({ message, answer }) => [message, answer]).filter((text) => typeof text === 'string');
}
