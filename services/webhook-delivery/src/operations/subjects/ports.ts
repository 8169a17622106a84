import type { WebhookEvent } from '@patchbay/contracts';
import type { StoredEvent } from '../ports.ts';

/** Buckets that keep what targets answered. */
export const answerPlaces = ['deliveries', 'webhook_dead_letters'] as const;
export type AnswerPlace = (typeof answerPlaces)[number];

/** A row of one of them. */
export interface AnswerRow {
  readonly key: string;
  readonly revision: number;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Every method throws PatchbayError `overloaded` when storage is away. */
export interface HeldWebhooks {
  /** The tenant's events behind a number, oldest first. */
  eventsAfter(tenant: string, after: number): AsyncIterable<readonly StoredEvent[]>;
  /** Overwrites an event and takes it away; one that is gone counts as taken. */
  eraseEvent(sequence: number): Promise<void>;
  /** Takes away the whole body of the request that an event came in. False when it is not kept. */
  eraseRequest(event: WebhookEvent): Promise<boolean>;
  /** The tenant's rows. What is no JSON object is left out. */
  answers(place: AnswerPlace, tenant: string): AsyncIterable<AnswerRow>;
  /** False when the row changed since. */
  replaceAnswer(place: AnswerPlace, row: AnswerRow, value: Record<string, unknown>): Promise<boolean>;
}
