import {
  events,
  LentSecret,
  maxSecretLifeMs,
  PatchbayError,
  routes,
  type WebhookSecretValue,
  type WebhookSource,
} from '@patchbay/contracts';
import type { Messaging, SealingKeys } from '@patchbay/messaging';
import { LRUCache } from 'lru-cache';
import type { KeepSecrets } from '../operations/ports.ts';

interface Lent {
  readonly tenant: string;
  /** By secret id. */
  readonly values: ReadonlyMap<string, string>;
  /** `performance.now()` from which a use fetches them anew, beside. */
  readonly renewAt: number;
}

/** Share of a copy's life after which it is renewed off the way of a request. */
const renewAfter = 0.5;
/** Sources whose secrets are held at once; the least used go first. */
const maxOwners = 10_000;

export interface VaultSecrets extends KeepSecrets {
  close(): void;
}

/**
 * Secrets of sources, lent by the vault and sealed to this process's key. Copies live for a minute at most, and are
 * forgotten at once when the vault says that they were destroyed.
 */
export function createVaultSecrets(
  messaging: Messaging,
  keys: SealingKeys,
  now: () => number = Date.now,
): VaultSecrets {
  const copies = new LRUCache<string, Lent>({ max: maxOwners, ttl: maxSecretLifeMs });
  const flights = new Map<string, Promise<Lent>>();
  const forget = (owner: string) => {
    copies.delete(owner);
    // What is under way may bring what was there before: it is not kept, and nobody joins it any more.
    flights.delete(owner);
  };
  const dropped = messaging.subscribeEvent(events.secretsDropped, {}, ({ tenant, owner }) => {
    if (owner !== undefined) return forget(owner);
    flights.clear();
    for (const [known, lent] of copies.entries()) if (lent.tenant === tenant) copies.delete(known);
  });

  function fetchOnce(tenant: string, owner: string): Promise<Lent> {
    const running = flights.get(owner);
    if (running !== undefined) return running;
    const flight = lend(messaging, keys, tenant, owner)
      .then((values) => {
        const lent = { tenant, values, renewAt: performance.now() + maxSecretLifeMs * renewAfter };
        if (flights.get(owner) === flight) copies.set(owner, lent);
        return lent;
      })
      .finally(() => {
        if (flights.get(owner) === flight) flights.delete(owner);
      });
    flights.set(owner, flight);
    return flight;
  }

  return {
    async of(source) {
      const named = liveSecrets(source, now());
      if (named.length === 0) return [];
      const kept = copies.get(source.id);
      const isWhole = kept !== undefined && named.every(({ id }) => kept.values.has(id));
      const lent = isWhole ? kept : await fetchOnce(source.tenant, source.id);
      // A copy in hand is good until its end, also when the vault is away.
      if (isWhole && performance.now() > lent.renewAt) fetchOnce(source.tenant, source.id).catch(() => {});
      return named.flatMap(({ id, expires_at }) => {
        const value = lent.values.get(id);
        return value === undefined
          ? []
          : [{ id, value, expiresAt: expires_at === null ? null : Date.parse(expires_at) }];
      });
    },
    async keep(tenant, owner, secretId, { sealed, publicKey }) {
      await reach(
        messaging.request(routes.keepSecret, {}, { tenant, owner, secret_id: secretId, sealed, public_key: publicKey }),
      );
    },
    async keepClear(tenant, owner, secretId, value) {
      const { public_key: vault } = await reach(messaging.request(routes.getVaultKey, {}, {}));
      const clear = Buffer.from(JSON.stringify({ value } satisfies WebhookSecretValue));
      const sealed = Buffer.from(keys.seal(clear, vault)).toString('base64');
      clear.fill(0);
      await this.keep(tenant, owner, secretId, { sealed, publicKey: keys.publicKey });
    },
    async drop(tenant, owner, secretId) {
      forget(owner);
      await reach(
        messaging.request(
          routes.dropSecrets,
          {},
          { tenant, owner, ...(secretId !== undefined && { secret_id: secretId }) },
        ),
      );
    },
    forget,
    close() {
      dropped.unsubscribe();
      flights.clear();
      copies.clear();
    },
  };
}

function liveSecrets({ secrets }: WebhookSource, nowMs: number): WebhookSource['secrets'] {
  return secrets.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > nowMs);
}

async function lend(
  messaging: Messaging,
  keys: SealingKeys,
  tenant: string,
  owner: string,
): Promise<ReadonlyMap<string, string>> {
  const answer = await reach(messaging.request(routes.lendSecrets, {}, { tenant, owner, public_key: keys.publicKey }));
  return new Map(
    answer.secrets.map(({ secret_id, sealed }) => {
      const lent = open(keys, sealed, answer.public_key);
      if (lent.tenant !== tenant || lent.owner !== owner || lent.secret_id !== secret_id)
        throw new PatchbayError('vault_unavailable', { message: 'The vault lent a secret of another owner.' });
      return [secret_id, lent.value];
    }),
  );
}

function open(keys: SealingKeys, sealed: string, sender: string): LentSecret {
  try {
    return LentSecret.parse(JSON.parse(Buffer.from(keys.open(Buffer.from(sealed, 'base64'), sender)).toString('utf8')));
  } catch {
    // The cause could quote what is inside.
    throw new PatchbayError('vault_unavailable', { message: 'What the vault lent could not be opened.' });
  }
}

/** A vault that does not answer is away, whatever became of the question. */
async function reach<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof PatchbayError && !['deadline_exceeded', 'outcome_unknown'].includes(error.code)) throw error;
    throw new PatchbayError('vault_unavailable', { cause: error });
  }
}
