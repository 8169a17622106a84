import { events, LeasePayload, PatchbayError, routes } from '@patchbay/contracts';
import type { Messaging, SealingKeys } from '@patchbay/messaging';
import { LRUCache } from 'lru-cache';
import type { BorrowLease, Lease } from '../operations/ports.ts';

interface CachedLease {
  readonly lease: Lease;
  readonly tenant: string;
  /** `performance.now()` from which a use fetches the next one in the background. */
  readonly renewAt: number;
}

/** Share of a lease's life after which it is renewed off the hot path. */
const renewAfter = 0.6;
/** Leases held at once. Each is a few kilobytes; the least used goes first. */
const maxLeases = 10_000;

export interface LeaseCache extends BorrowLease {
  close(): void;
}

/**
 * Borrows credentials from the vault, sealed to this process's key, and keeps each for its short life: one vault call
 * per connection and lease life, however many executions. A revoked connection's lease is dropped at once.
 */
export function createNatsLeaseCache(messaging: Messaging, keys: SealingKeys): LeaseCache {
  const leases = new LRUCache<string, CachedLease>({ max: maxLeases });
  const inFlight = new Map<string, Promise<CachedLease>>();
  /** Grows with each revocation, so that an answer sealed before it is not cached after it. */
  let epoch = 0;
  const revocations = messaging.subscribeEvent(events.leaseRevoked, {}, ({ tenant, connection }) => {
    epoch++;
    for (const [key, cached] of leases.entries()) {
      if (cached.tenant === tenant && cached.lease.connection === connection) leases.delete(key);
    }
  });

  type Asked = Parameters<BorrowLease['borrow']>[0];

  function fetchOnce(key: string, asked: Asked): Promise<CachedLease> {
    const running = inFlight.get(key);
    if (running !== undefined) return running;
    const fetching = fetchLease(key, asked).finally(() => inFlight.delete(key));
    inFlight.set(key, fetching);
    return fetching;
  }

  async function fetchLease(key: string, asked: Asked): Promise<CachedLease> {
    const startedIn = epoch;
    const answer = await messaging
      .request(
        routes.leaseCredential,
        {},
        {
          tenant: asked.tenant,
          integration: asked.integration,
          ...(asked.connection !== undefined && { connection: asked.connection }),
          execution_id: asked.executionId,
          recipient: keys.publicKey,
        },
        { timeoutMs: Math.min(asked.timeoutMs, routes.leaseCredential.timeoutMs) },
      )
      .catch((error) => {
        // The caller's own deadline is told apart by the operation; here it only means that the vault did not answer.
        throw error instanceof PatchbayError && error.code === 'deadline_exceeded'
          ? new PatchbayError('vault_unavailable', { cause: error })
          : error;
      });
    const payload = openLease(keys, answer.sealed, answer.sender);
    if (payload.tenant !== asked.tenant || payload.integration !== asked.integration) {
      throw new PatchbayError('vault_unavailable', { message: 'The vault answered with a lease for something else.' });
    }
    const cached: CachedLease = {
      lease: { connection: payload.connection, credential: payload.credential, variables: payload.variables },
      tenant: payload.tenant,
      renewAt: performance.now() + answer.ttl_ms * renewAfter,
    };
    if (startedIn === epoch) leases.set(key, cached, { ttl: answer.ttl_ms });
    return cached;
  }

  return {
    async borrow(asked) {
      const key = `${asked.tenant}\n${asked.integration}\n${asked.connection ?? ''}`;
      if (asked.fresh) leases.delete(key);
      const cached = leases.get(key);
      if (cached === undefined) return (await fetchOnce(key, asked)).lease;
      // A failed renewal is no failure of this execution: the lease in hand is good until its end.
      if (performance.now() > cached.renewAt) fetchOnce(key, asked).catch(() => {});
      return cached.lease;
    },
    close() {
      revocations.unsubscribe();
      leases.clear();
    },
  };
}

function openLease(keys: SealingKeys, sealed: string, sender: string): LeasePayload {
  try {
    return LeasePayload.parse(
      JSON.parse(Buffer.from(keys.open(Buffer.from(sealed, 'base64'), sender)).toString('utf8')),
    );
  } catch {
    // The cause could quote the payload, which is a secret.
    throw new PatchbayError('vault_unavailable', { message: "The vault's lease could not be opened." });
  }
}
