import { everyTenant, PatchbayError, type RemoveRetention, type RemoveRetentionResult } from '@patchbay/contracts';
import { type ActPorts, recordedAct } from '../recorded-act.ts';
import type { RetentionStore } from './ports.ts';

/** Takes a rule away. @throws PatchbayError `not_found`, `audit_unavailable`. */
export function createRemoveRetention({
  removeRule,
  ...act
}: ActPorts & Pick<RetentionStore, 'removeRule'>): (
  request: RemoveRetention,
  context: { traceId: string | null },
) => Promise<RemoveRetentionResult> {
  return ({ tenant, class: auditClass }, { traceId }) =>
    recordedAct(
      act,
      {
        tenant: tenant ?? everyTenant,
        name: 'retention_removed',
        target: { kind: 'retention', id: tenant ?? everyTenant },
        traceId,
        facts: { class: auditClass ?? 'all' },
      },
      async () => {
        const removed = await removeRule(tenant, auditClass);
        if (removed === null) throw new PatchbayError('not_found', { message: 'There is no such rule of retention.' });
        return { removed };
      },
      ({ removed }) => ({ days_before: removed.days }),
    );
}
