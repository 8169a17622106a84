import { randomBytes } from 'node:crypto';
import {
  events,
  LentSecret,
  maxSecretLifeMs,
  newId,
  PatchbayError,
  routes,
  type SealedSecret,
} from '@patchbay/contracts';
import type { Messaging, SealingKeys } from '@patchbay/messaging';
import { LRUCache } from 'lru-cache';
import { refused } from '../operations/find-subscription.ts';
import type { SigningKeys } from '../operations/signing-keys.ts';
import { keyPrefix } from './sign-webhook.ts';

/** In the subjects of the vault's routes for secrets: nobody else may send on them. */
const caller = { caller: 'webhook-delivery' } as const;
/** Bytes of a new key; the specification asks for 24 to 64. */
const keyBytes = 32;
/** Subscriptions whose keys are held. */
const maxHeld = 10_000;

export interface VaultSigningKeys extends SigningKeys {
  /** Values by the ids of the secrets. Held for a minute at most. @throws PatchbayError `vault_unavailable`. */
  lend(tenant: string, subscription: string): Promise<ReadonlyMap<string, string>>;
  close(): void;
}

/** Signing keys in the vault: sealed on the way there and back, here in memory alone, and not for long. */
export function createVaultSigningKeys(
  messaging: Pick<Messaging, 'request' | 'subscribeEvent'>,
  keys: SealingKeys,
  now: () => number,
): VaultSigningKeys {
  const held = new LRUCache<string, ReadonlyMap<string, string>>({ max: maxHeld, ttl: maxSecretLifeMs });
  const flights = new Map<string, Promise<ReadonlyMap<string, string>>>();
  const heldAs = (tenant: string, owner: string) => `${tenant}.${owner}`;

  function forget(tenant: string, owner: string | undefined): void {
    // What is on its way may bring what was dropped: nobody joins it, and it is not held.
    flights.clear();
    if (owner !== undefined) held.delete(heldAs(tenant, owner));
    else for (const key of held.keys()) if (key.startsWith(`${tenant}.`)) held.delete(key);
  }
  const dropped = messaging.subscribeEvent(events.secretsDropped, {}, ({ tenant, owner }) => forget(tenant, owner));

  async function fetch(tenant: string, owner: string): Promise<ReadonlyMap<string, string>> {
    const answer = await asked(() =>
      messaging.request(routes.lendSecrets, caller, { tenant, owner, public_key: keys.publicKey }),
    );
    return new Map(
      answer.secrets.map(({ secret_id, sealed }) => {
        const opened = open(keys, sealed, answer.public_key);
        if (opened.tenant !== tenant || opened.owner !== owner || opened.secret_id !== secret_id)
          throw new PatchbayError('vault_unavailable', {
            message: 'The vault answered with a secret of something else.',
          });
        return [secret_id, opened.value];
      }),
    );
  }

  return {
    async create(tenant, subscription, recipient) {
      const value = keyPrefix + randomBytes(keyBytes).toString('base64');
      // Whoever cannot be told must be known before there is a key.
      const sealed = recipient === undefined ? null : sealTo(keys, value, recipient);
      const { public_key } = await asked(() => messaging.request(routes.getVaultKey, {}, {}));
      const entry = { id: newId('webhookSecret'), created_at: new Date(now()).toISOString(), expires_at: null };
      await asked(() =>
        messaging.request(routes.keepSecret, caller, {
          tenant,
          owner: subscription,
          secret_id: entry.id,
          sealed: sealTo(keys, value, public_key).ciphertext,
          public_key: keys.publicKey,
        }),
      );
      forget(tenant, subscription);
      return { entry, sealed };
    },
    async drop(tenant, subscription, secretId) {
      await asked(() =>
        messaging.request(routes.dropSecrets, caller, {
          tenant,
          owner: subscription,
          ...(secretId !== undefined && { secret_id: secretId }),
        }),
      );
      forget(tenant, subscription);
    },
    lend(tenant, owner) {
      const key = heldAs(tenant, owner);
      const known = held.get(key);
      if (known !== undefined) return Promise.resolve(known);
      const under = flights.get(key);
      if (under !== undefined) return under;
      const flight = fetch(tenant, owner)
        .then((lent) => {
          if (flights.get(key) === flight) held.set(key, lent);
          return lent;
        })
        .finally(() => {
          if (flights.get(key) === flight) flights.delete(key);
        });
      flights.set(key, flight);
      return flight;
    },
    close() {
      dropped.unsubscribe();
      flights.clear();
      held.clear();
    },
  };
}

/** What a request fails with when no answer of the vault came. */
const noAnswer: ReadonlySet<string> = new Set(['deadline_exceeded', 'outcome_unknown']);

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof PatchbayError && noAnswer.has(error.code)
      ? new PatchbayError('vault_unavailable', { cause: error })
      : error;
  }
}

function sealTo(keys: SealingKeys, value: string, recipient: string): SealedSecret {
  try {
    const sealed = keys.seal(new TextEncoder().encode(JSON.stringify({ value })), recipient);
    return { sender: keys.publicKey, ciphertext: Buffer.from(sealed).toString('base64') };
  } catch {
    throw refused('recipient', 'The recipient is not an xkey public key.');
  }
}

function open(keys: SealingKeys, sealed: string, sender: string): LentSecret {
  try {
    return LentSecret.parse(JSON.parse(Buffer.from(keys.open(Buffer.from(sealed, 'base64'), sender)).toString('utf8')));
  } catch {
    // The cause could quote the secret.
    throw new PatchbayError('vault_unavailable', { message: 'What the vault lent could not be opened.' });
  }
}
