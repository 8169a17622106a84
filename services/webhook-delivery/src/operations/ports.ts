import type {
  AuditActsOf,
  Delivery,
  StoredDelivery,
  WebhookDeadLetter,
  WebhookEvent,
  WebhookEventFilter,
  WebhookSubscription,
} from '@patchbay/contracts';
import type { DeliveryRecord } from '../domain/delivery-record.ts';

/** Subscriptions by tenant and id. Writing @throws PatchbayError `overloaded` when storage is away. */
export interface KeepSubscriptions {
  /** Those of a tenant, as the local copy has them. */
  ofTenant(tenant: string): readonly WebhookSubscription[];
  /** As the local copy has it. */
  find(tenant: string, id: string): WebhookSubscription | null;
  /** As the bucket has it. */
  read(tenant: string, id: string): Promise<WebhookSubscription | null>;
  add(subscription: WebhookSubscription): Promise<void>;
  /**
   * Changes it, whoever else does so at the same time: `change` is asked again with what another made of it, and null leaves
   * it as it is. Null when it is not there.
   */
  change(
    tenant: string,
    id: string,
    change: (before: WebhookSubscription) => WebhookSubscription | null,
  ): Promise<WebhookSubscription | null>;
  /** False when it was not there. */
  remove(tenant: string, id: string): Promise<boolean>;
}

/** An event as it lies in `WEBHOOKS`. */
export interface StoredEvent {
  readonly event: WebhookEvent;
  readonly payload: Uint8Array;
  readonly sequence: number;
}

/** Events that the ingress stored. Every method @throws PatchbayError `overloaded` when the stream is away. */
export interface ReadEvents {
  /** Null when it is no longer there. */
  at(sequence: number): Promise<StoredEvent | null>;
  find(tenant: string, id: string): Promise<StoredEvent | null>;
  /** Newest first, from below `before` on; null for from the newest on. Those without a `text` to look for come without payload. */
  newestFirst(
    tenant: string,
    filter: Pick<WebhookEventFilter, 'source' | 'from'>,
    options: { readonly before: number | null; readonly payloads: boolean },
  ): AsyncIterable<readonly (StoredEvent & { readonly payloadBytes: number })[]>;
  /** The whole body of a request that held several events; null when it is not kept. */
  requestBody(event: WebhookEvent): Promise<Uint8Array | null>;
}

/** Deliveries left to make. */
export interface QueueDelivery {
  /** Settles when the stream has it. `messageId` makes a repeat within ten minutes harmless. @throws PatchbayError `overloaded`. */
  add(
    names: { readonly tenant: string; readonly subscription: string; readonly lane: string },
    stored: StoredDelivery,
    messageId: string,
  ): Promise<void>;
  /** Takes away what waits for a subscription. */
  purge(tenant: string, subscription: string): Promise<void>;
}

/** What became of deliveries. Every method @throws PatchbayError `overloaded` when storage is away. */
export interface KeepDeliveries {
  read(tenant: string, id: string): Promise<{ record: DeliveryRecord; revision: number } | null>;
  /** Null `revision`: it is the first record. False when another was first. */
  write(record: DeliveryRecord, revision: number | null): Promise<boolean>;
  /** Newest change first, from below `before` on; null for from the newest on. */
  newestFirst(
    tenant: string,
    before: number | null,
  ): AsyncIterable<readonly { readonly record: Delivery; readonly revision: number }[]>;
}

/** Deliveries that were given up. Every method @throws PatchbayError `overloaded` when storage is away. */
export interface KeepDeadLetters {
  put(letter: WebhookDeadLetter): Promise<void>;
  read(tenant: string, id: string): Promise<WebhookDeadLetter | null>;
  /** All of a tenant, oldest first. */
  ofTenant(tenant: string): AsyncIterable<readonly WebhookDeadLetter[]>;
  remove(tenant: string, id: string): Promise<void>;
}

/** Since when a target fails, for all processes and beyond their end. Failures to keep it are reported and cost no delivery. */
export interface KeepFailing {
  /** Unix milliseconds since when; from `now` on if it did not fail before. */
  since(tenant: string, subscription: string, now: number): Promise<number>;
  clear(tenant: string, subscription: string): Promise<void>;
}

export type SubscriptionNotice = 'paused' | 'resumed' | 'disabled' | 'removed';

/** Tells what concerns a whole subscription: an event for whoever watches. */
export interface AnnounceSubscription {
  changed(subscription: WebhookSubscription, what: SubscriptionNotice): void;
}

/** What is written down of subscriptions, deliveries, replays and redrives. Nothing waits for it but an operator's change. */
type SubscriptionActs =
  AuditActsOf<'delivery'> extends infer Act ? (Act extends `subscription_${infer What}` ? What : never) : never;

export interface RecordDelivery {
  attempt(record: DeliveryRecord): void;
  given(record: DeliveryRecord, reason: WebhookDeadLetter['reason']): void;
  /** Rejects with `audit_unavailable` when no sink took it. */
  subscription(
    subscription: Pick<WebhookSubscription, 'tenant' | 'id' | 'target'>,
    what: SubscriptionActs,
    by: 'admin' | 'agent' | 'service',
    facts?: Readonly<Record<string, string | number | boolean | null>>,
  ): Promise<void>;
  /** Of many at once: how many deliveries, under which filter. */
  batch(
    tenant: string,
    what: 'replayed' | 'redriven' | 'dropped',
    facts: Readonly<Record<string, string | number>>,
  ): Promise<void>;
}

export type Report = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts: Readonly<Record<string, unknown>>,
) => void;
