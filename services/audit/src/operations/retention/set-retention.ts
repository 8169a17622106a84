import { everyTenant, PatchbayError, type SetRetention, type SetRetentionResult } from '@patchbay/contracts';
import { floorOf } from '../../domain/effective-retention.ts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { RetentionStore } from './ports.ts';

export interface SetRetentionPorts extends ActPorts, Pick<RetentionStore, 'putRule' | 'regimeOf'> {
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Puts a rule in the place of the one before.
 * @throws PatchbayError `invalid_request` when it says less than the tenant's regime allows, `audit_unavailable`.
 */
export function createSetRetention({
  now,
  putRule,
  regimeOf,
  ...act
}: SetRetentionPorts): (request: SetRetention, context: { traceId: string | null }) => Promise<SetRetentionResult> {
  return ({ tenant, class: auditClass, days }, { traceId }) =>
    recordedAct(
      act,
      {
        tenant: tenant ?? everyTenant,
        name: 'retention_set',
        target: { kind: 'retention', id: tenant ?? everyTenant },
        traceId,
        facts: { class: auditClass ?? 'all', days },
      },
      async () => {
        const floor = floorOf(tenant === null ? null : await regimeOf(tenant));
        if (days !== null && days < floor) throw belowFloor(tenant as string, days, floor);
        const rule = { tenant, class: auditClass, days, changed_at: new Date(now()).toISOString() };
        return { rule, replaced: await putRule(rule) };
      },
      ({ replaced }) => ({ days_before: replaced?.days ?? null }),
    );
}

/** What a rule below the floor of a regime is refused with. */
export function belowFloor(tenant: string, days: number, floor: number): PatchbayError {
  const message = `The log of '${tenant}' is kept for at least ${floor} days (HIPAA), not ${days}.`;
  return new PatchbayError('invalid_request', { message, details: { issues: [{ path: 'days', message }] } });
}
