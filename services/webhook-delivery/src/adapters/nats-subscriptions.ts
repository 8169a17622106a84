import { setTimeout as delay } from 'node:timers/promises';
import { PatchbayError, WebhookSubscription } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { KeepSubscriptions } from '../operations/ports.ts';

export type SubscriptionChange = (key: string, subscription: WebhookSubscription | null) => void;

export interface SubscriptionCopy extends KeepSubscriptions {
  all(): Iterable<WebhookSubscription>;
  /** Whether any tenant has one of that id. */
  has(id: string): boolean;
  /**
   * Settles once the copy knows every change that was made before this was called, by whichever process.
   * @throws PatchbayError `overloaded` when it does not get there in time.
   */
  caughtUp(): Promise<void>;
  close(): void;
}

/** Milliseconds between two looks whether the copy has caught up, and after which it is behind for good. */
const lookMs = 2;
const patienceMs = 5_000;
/** Tries of a change that others are ahead of. */
const maxTries = 20;

/**
 * Subscriptions in the JetStream key-value bucket `subscriptions`, with a copy of all of them here that a watch keeps fresh.
 * Resolves when the copy is whole.
 */
export async function openNatsSubscriptions(
  bucket: Bucket,
  newestRevision: () => Promise<number>,
  onChange: SubscriptionChange,
  onError: (error: unknown) => void,
): Promise<SubscriptionCopy> {
  const copy = new Map<string, Map<string, WebhookSubscription>>();
  const revisions = new Map<string, number>();
  /** The revision that the watch has come to. What was written here is known before that. */
  let watchedUpTo = 0;

  function accept(key: string, subscription: WebhookSubscription | null, revision: number): void {
    // A watch that was opened again tells what is known already.
    if ((revisions.get(key) ?? 0) >= revision) return;
    revisions.set(key, revision);
    const [tenant = '', id = ''] = key.split('.');
    const ofTenant = copy.get(tenant) ?? new Map<string, WebhookSubscription>();
    if (subscription === null) ofTenant.delete(id);
    else ofTenant.set(id, subscription);
    if (ofTenant.size === 0) copy.delete(tenant);
    else copy.set(tenant, ofTenant);
    onChange(key, subscription);
  }

  const watch = await bucket.watch('>', ({ key, value, revision }) => {
    watchedUpTo = Math.max(watchedUpTo, revision);
    try {
      accept(key, value === null ? null : parse(value), revision);
    } catch (error) {
      onError(error);
    }
  });

  async function read(tenant: string, id: string) {
    const entry = await available(bucket.get(keyOf(tenant, id)));
    return entry === null ? null : { subscription: parse(entry.value), revision: entry.revision };
  }

  return {
    *all() {
      for (const ofTenant of copy.values()) yield* ofTenant.values();
    },
    async caughtUp() {
      const newest = await available(newestRevision());
      for (let waitedMs = 0; watchedUpTo < newest; waitedMs += lookMs) {
        if (waitedMs >= patienceMs)
          throw new PatchbayError('overloaded', { message: 'The copy of the webhook subscriptions is behind.' });
        await delay(lookMs);
      }
    },
    has: (id) => [...copy.values()].some((ofTenant) => ofTenant.has(id)),
    ofTenant: (tenant) => [...(copy.get(tenant)?.values() ?? [])],
    find: (tenant, id) => copy.get(tenant)?.get(id) ?? null,
    read: async (tenant, id) => (await read(tenant, id))?.subscription ?? null,
    async add(subscription) {
      const key = keyOf(subscription.tenant, subscription.id);
      const revision = await available(bucket.create(key, JSON.stringify(subscription)));
      // Known here at once: whoever added it may count on the next event.
      if (revision !== null) accept(key, subscription, revision);
    },
    async change(tenant, id, change) {
      for (let tries = 0; tries < maxTries; tries++) {
        const found = await read(tenant, id);
        if (found === null) return null;
        const next = change(found.subscription);
        if (next === null) return found.subscription;
        const revision = await available(bucket.update(keyOf(tenant, id), JSON.stringify(next), found.revision));
        if (revision === null) continue;
        accept(keyOf(tenant, id), next, revision);
        return next;
      }
      throw new PatchbayError('overloaded', { message: 'Others change this subscription at the same time.' });
    },
    async remove(tenant, id) {
      const found = await read(tenant, id);
      return found !== null && (await available(bucket.delete(keyOf(tenant, id), found.revision)));
    },
    close: () => watch.unsubscribe(),
  };
}

const keyOf = (tenant: string, id: string) => `${tenant}.${id}`;

function parse(value: Uint8Array): WebhookSubscription {
  return WebhookSubscription.parse(JSON.parse(Buffer.from(value).toString('utf8')));
}

async function available<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause) => {
    throw cause instanceof PatchbayError
      ? cause
      : new PatchbayError('overloaded', { message: 'The webhook subscriptions cannot be reached.', cause });
  });
}
