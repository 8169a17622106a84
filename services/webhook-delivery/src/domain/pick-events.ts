import type { WebhookDeadLetter, WebhookEvent, WebhookEventFilter } from '@patchbay/contracts';
import { typeMatches } from './type-glob.ts';

/** Whether an event is one that is asked for. Looking for a text in the payload is not part of it. */
export function isPicked(filter: Omit<WebhookEventFilter, 'text'>, event: WebhookEvent): boolean {
  const { source, types, events, from, to } = filter;
  return (
    (source === undefined || event.source === source) &&
    (types === undefined || types.some((pattern) => typeMatches(pattern, event.type))) &&
    (events === undefined || events.includes(event.id)) &&
    isBetween(event.received_at, from, to)
  );
}

export interface DeadLetterPick {
  readonly subscription?: string | undefined;
  readonly source?: string | undefined;
  readonly reason?: WebhookDeadLetter['reason'] | undefined;
  readonly ids?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Whether a dead letter is one that is asked for. */
export function isPickedLetter(pick: DeadLetterPick, letter: WebhookDeadLetter): boolean {
  return (
    (pick.subscription === undefined || letter.subscription === pick.subscription) &&
    (pick.source === undefined || letter.source === pick.source) &&
    (pick.reason === undefined || letter.reason === pick.reason) &&
    (pick.ids === undefined || pick.ids.includes(letter.id)) &&
    isBetween(letter.died_at, pick.from, pick.to)
  );
}

/** Both ends count. */
function isBetween(time: string, from: string | undefined, to: string | undefined): boolean {
  const at = Date.parse(time);
  return (from === undefined || at >= Date.parse(from)) && (to === undefined || at <= Date.parse(to));
}
