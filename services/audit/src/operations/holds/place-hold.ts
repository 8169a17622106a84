import { type LegalHold, newId, PatchbayError, type PlaceHold, type PlaceHoldResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { HoldStore } from '../retention/ports.ts';

export interface PlaceHoldPorts extends ActPorts, Pick<HoldStore, 'place'> {
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** Has what it covers kept until it is released. @throws PatchbayError `invalid_request`, `audit_unavailable`. */
export function createPlaceHold({
  now,
  place,
  ...act
}: PlaceHoldPorts): (request: PlaceHold, context: { traceId: string | null }) => Promise<PlaceHoldResult> {
  return async ({ tenant, class: auditClass, subject, from, to, reason }, { traceId }) => {
    const at = now();
    const hold: LegalHold = {
      id: newId('hold', at),
      tenant,
      class: auditClass ?? null,
      subject: subject ?? null,
      from: inUtc(from),
      to: inUtc(to),
      reason,
      placed_at: new Date(at).toISOString(),
      released_at: null,
      release_reason: null,
    };
    if (hold.from !== null && hold.to !== null && hold.from >= hold.to)
      throw new PatchbayError('invalid_request', {
        message: "from: is not before 'to'.",
        details: { issues: [{ path: 'from', message: "is not before 'to'" }] },
      });
    return recordedAct(
      act,
      { tenant, name: 'hold_placed', target: { kind: 'hold', id: hold.id }, traceId, facts: factsOf(hold) },
      async () => {
        await place(hold);
        return { hold };
      },
    );
  };
}

/** What a hold covers, for its audit events. */
export function factsOf({ class: auditClass, subject, from, to, reason }: LegalHold): Record<string, string | null> {
  return { class: auditClass, subject, from, to, reason };
}

const inUtc = (time: string | undefined) => (time === undefined ? null : new Date(time).toISOString());
