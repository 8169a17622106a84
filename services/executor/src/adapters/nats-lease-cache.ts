import { type ErrorCode, events, LeasePayload, PatchbayError, routes } from '@patchbay/contracts';
import type { Messaging, SealingKeys } from '@patchbay/messaging';
import { LRUCache } from 'lru-cache';
import type { BorrowLease, Lease, LeaseInHand } from '../operations/ports.ts';

interface CachedLease {
  readonly lease: Lease;
  readonly version: number;
  readonly tenant: string;
  /** `performance.now()` from which a use fetches the next one in the background. */
  readonly renewAt: number;
}

/** Share of a lease's life after which it is renewed off the hot path. */
const renewAfter = 0.6;
/** Leases held at once. Each is a few kilobytes; the least used goes first. */
const maxLeases = 10_000;
/** Milliseconds that vaults have, one after the other. Whoever waits stops at its own deadline. */
const leaseTimeoutMs = 8_000;
/** Milliseconds that the vault has where a vendor must issue a new token. Whoever waits stops at its own deadline. */
const refreshTimeoutMs = 5_000;
/** What a request fails with when no answer of the vault came. */
const noAnswer: ReadonlySet<ErrorCode> = new Set(['deadline_exceeded', 'outcome_unknown']);

export interface LeaseCache extends BorrowLease {
  readonly inHand: LeaseInHand;
  /** Leases in memory. */
  readonly size: number;
  close(): void;
}

type Asked = Parameters<BorrowLease['borrow']>[0];

interface Flight {
  readonly lease: Promise<CachedLease>;
  readonly fresh: boolean;
}

/**
 * Borrows credentials from the vault, sealed to this process's key, and keeps each for its short life: one vault call
 * per connection and lease life, however many executions. A revoked connection's lease is dropped at once.
 */
export function createNatsLeaseCache(messaging: Messaging, keys: SealingKeys): LeaseCache {
  // Taken out by a timer, not at the next look: nothing of a tenant that was erased outlives its lease in an idle process.
  const leases = new LRUCache<string, CachedLease>({ max: maxLeases, ttlAutopurge: true });
  const flights = new Map<string, Flight>();
  const revocations = messaging.subscribeEvent(events.leaseRevoked, {}, ({ tenant, connection }) => {
    // Which connection a flight brings is not known before it lands: none of them is kept, or joined any more.
    flights.clear();
    for (const [key, cached] of leases.entries()) {
      if (cached.tenant === tenant && (connection === undefined || cached.lease.connection === connection))
        leases.delete(key);
    }
  });

  /** `refused`: the version of the lease that an upstream has just refused, if that is why. */
  function fetchOnce(key: string, asked: Asked, refused?: number): Promise<CachedLease> {
    const running = flights.get(key);
    // Whoever asks for a fresh one knows that what set out before may bring the old one.
    if (running !== undefined && (running.fresh || !asked.fresh)) return running.lease;
    const flight: Flight = { lease: land(), fresh: asked.fresh ?? false };
    flights.set(key, flight);
    return flight.lease;

    async function land(): Promise<CachedLease> {
      try {
        const { cached, ttlMs } = await fetchLease(messaging, keys, asked, asked.fresh ? refused : undefined);
        if (flights.get(key) === flight) leases.set(key, cached, { ttl: ttlMs });
        return cached;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    }
  }

  function inHand(asked: Asked): Lease | null {
    const key = keyOf(asked);
    const cached = asked.fresh ? undefined : leases.get(key);
    if (cached === undefined) return null;
    // A failed renewal is no failure of this execution: the lease in hand is good until its end.
    if (performance.now() > cached.renewAt) fetchOnce(key, asked).catch(() => {});
    return cached.lease;
  }

  return {
    get size() {
      return leases.size;
    },
    inHand,
    async borrow(asked) {
      const held = inHand(asked);
      if (held !== null) return held;
      const key = keyOf(asked);
      const refused = leases.get(key)?.version;
      if (asked.fresh) leases.delete(key);
      return (await fetchOnce(key, asked, refused)).lease;
    },
    close() {
      revocations.unsubscribe();
      flights.clear();
      leases.clear();
    },
  };
}

function keyOf({ tenant, integration, connection }: Asked): string {
  return `${tenant}\n${integration}\n${connection ?? ''}`;
}

/** One question to the vault. Not bound by the deadline of whoever asked first: others may wait for the same answer. */
async function fetchLease(
  messaging: Messaging,
  keys: SealingKeys,
  { tenant, integration, connection, executionId, traceparent }: Asked,
  refused: number | undefined,
): Promise<{ cached: CachedLease; ttlMs: number }> {
  const answer = await messaging
    .request(
      routes.leaseCredential,
      {},
      {
        tenant,
        integration,
        ...(connection !== undefined && { connection }),
        execution_id: executionId,
        recipient: keys.publicKey,
        ...(refused !== undefined && { refused_version: refused }),
      },
      {
        // Another vault is asked when the one that was asked is gone.
        repeat: {},
        timeoutMs: refused === undefined ? leaseTimeoutMs : refreshTimeoutMs,
        ...(traceparent !== undefined && { traceparent }),
      },
    )
    .catch((error) => {
      // Nothing was sent to an upstream yet, whatever became of the question.
      throw error instanceof PatchbayError && noAnswer.has(error.code)
        ? new PatchbayError('vault_unavailable', { cause: error })
        : error;
    });
  const payload = openLease(keys, answer.sealed, answer.sender);
  if (
    payload.tenant !== tenant ||
    payload.integration !== integration ||
    (connection !== undefined && payload.connection !== connection)
  ) {
    throw new PatchbayError('vault_unavailable', { message: 'The vault answered with a lease for something else.' });
  }
  const lease = { connection: payload.connection, credential: payload.credential, variables: payload.variables };
  return {
    cached: {
      lease,
      version: payload.credential_version,
      tenant,
      renewAt: performance.now() + answer.ttl_ms * renewAfter,
    },
    ttlMs: answer.ttl_ms,
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
