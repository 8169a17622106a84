import type { SetRegime, SetRegimeResult } from '@patchbay/contracts';
import { floorOf } from '../../domain/effective-retention.ts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { RetentionStore } from './ports.ts';
import { belowFloor } from './set-retention.ts';

/**
 * Binds a tenant to a regime, or frees it.
 * @throws PatchbayError `invalid_request` while a rule of the tenant's own says less than the regime allows, `audit_unavailable`.
 */
export function createSetRegime({
  readRules,
  regimeOf,
  setRegime,
  ...act
}: ActPorts & Pick<RetentionStore, 'readRules' | 'regimeOf' | 'setRegime'>): (
  request: SetRegime,
  context: { traceId: string | null },
) => Promise<SetRegimeResult> {
  return ({ tenant, regime }, { traceId }) =>
    recordedAct(
      act,
      {
        tenant,
        name: 'regime_set',
        target: { kind: 'retention', id: tenant },
        traceId,
        facts: { regime: regime ?? 'none' },
      },
      async () => {
        const floor = floorOf(regime);
        const own = (await readRules(tenant)).filter((rule) => rule.tenant === tenant);
        const less = own.find(({ days }) => days !== null && days < floor);
        if (less !== undefined) throw belowFloor(tenant, less.days as number, floor);
        const before = await regimeOf(tenant);
        await setRegime(tenant, regime);
        return { tenant, regime, before };
      },
      ({ before }) => ({ regime_before: before ?? 'none' }),
    );
}
