import { type AuditData, PatchbayError, TenantId } from '@patchbay/contracts';
import type { Admission } from '../domain/admission.ts';
import type { GivePlaces } from './ports.ts';

export interface ShedCallPorts {
  readonly places: Pick<Admission, 'mayEnter' | 'countRefusal' | 'retryAfterMs'>;
  /** Records that so many calls of a tenant were turned away. */
  readonly record: (tenant: string, data: AuditData) => void;
}

export interface ShedCalls {
  /** @throws PatchbayError `overloaded` when there is no room for another live call of the tenant. */
  shed(tenant: string): void;
  /** Records what was turned away since the last time: one event for each tenant. */
  report(): void;
}

/**
 * Turns calls away at the door, before they are read: what an overloaded process does for a call that it will not carry
 * out must cost next to nothing. So these calls have no audit event of their own, but share one per tenant and while.
 */
export function createShedCalls({ places, record }: ShedCallPorts): ShedCalls {
  const counts = new Map<string, number>();
  let refusal: { readonly retryAfterMs: number; readonly error: PatchbayError } | null = null;
  return {
    shed(tenant) {
      if (places.mayEnter(tenant, 'live', performance.now())) return;
      places.countRefusal();
      const count = counts.get(tenant);
      // What is no tenant has no audit log.
      if (count !== undefined || TenantId.safeParse(tenant).success) counts.set(tenant, (count ?? 0) + 1);
      // One for all who are told the same: making an error, with its stack, is much of the work of a refusal.
      const { retryAfterMs } = places;
      if (refusal?.retryAfterMs !== retryAfterMs) refusal = { retryAfterMs, error: noRoom({ retryAfterMs }) };
      throw refusal.error;
    },
    report() {
      for (const [tenant, calls] of counts) {
        record(tenant, {
          actor: { kind: 'service', id: 'executor' },
          target: { kind: 'tenant', id: tenant },
          outcome: 'refused',
          error_code: 'overloaded',
          facts: { calls },
        });
      }
      counts.clear();
    },
  };
}

/** What a call is told that there is no room for. */
export function noRoom({ retryAfterMs }: Pick<GivePlaces, 'retryAfterMs'>): PatchbayError {
  return new PatchbayError('overloaded', {
    message: 'This executor has no room for another execution.',
    retryAfterMs,
  });
}
