import type { WebhookSubscription } from '@patchbay/contracts';
import type { EventView } from './event-view.ts';
import { meetsFilter } from './meets-filter.ts';
import { typeMatches } from './type-glob.ts';

/** What of a subscription says which events it is about. */
export type Interest = Pick<WebhookSubscription, 'tenant' | 'source' | 'types' | 'filter'>;

/** Whether the subscription is about the event, whatever state it is in. Never across tenants. */
export function isAbout({ tenant, source, types, filter }: Interest, view: EventView): boolean {
  const { event } = view;
  return (
    event.tenant === tenant &&
    (source === null || event.source === source) &&
    types.some((pattern) => typeMatches(pattern, event.type)) &&
    (filter === null || meetsFilter(filter, view))
  );
}

/** Whether events are put by for the subscription: one that is paused gets them once it goes on, one that is disabled never. */
export function takesEvents({ state, expires_at }: WebhookSubscription, now: number): boolean {
  return state.value !== 'disabled' && !isExpired({ expires_at }, now);
}

export function isExpired({ expires_at }: Pick<WebhookSubscription, 'expires_at'>, now: number): boolean {
  return expires_at !== null && Date.parse(expires_at) <= now;
}
