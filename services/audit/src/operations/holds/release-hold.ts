import { PatchbayError, type ReleaseHold, type ReleaseHoldResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { HoldStore } from '../retention/ports.ts';
import { factsOf } from './place-hold.ts';

export interface ReleaseHoldPorts extends ActPorts, Pick<HoldStore, 'release'> {
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Hears that events of the tenant that were looked at before may go now. */
  readonly onReleased: (tenant: string) => void;
}

/** Ends a hold. @throws PatchbayError `not_found`, `audit_unavailable`. */
export function createReleaseHold({
  now,
  release,
  onReleased,
  ...act
}: ReleaseHoldPorts): (request: ReleaseHold, context: { traceId: string | null }) => Promise<ReleaseHoldResult> {
  return ({ tenant, hold: id, reason }, { traceId }) =>
    recordedAct(
      act,
      { tenant, name: 'hold_released', target: { kind: 'hold', id }, traceId, facts: { reason } },
      async () => {
        const hold = await release(tenant, id, new Date(now()).toISOString(), reason);
        if (hold === null) throw new PatchbayError('not_found', { message: `There is no hold ${id} of this tenant.` });
        onReleased(tenant);
        return { hold };
      },
      ({ hold }) => ({ ...factsOf(hold), reason, placed_for: hold.reason }),
    );
}
