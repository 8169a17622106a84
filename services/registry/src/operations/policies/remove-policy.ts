import { PatchbayError, type RemovePolicyRequest, type RemovePolicyResult } from '@patchbay/contracts';
import { auditedChange } from '../audited-change.ts';
import type { Caller } from '../ports.ts';
import { type ChangePoliciesPorts, changePolicy } from './change-policy.ts';

/**
 * Takes a scope's own document out of force. Its versions stay to be looked at.
 * @throws PatchbayError `not_found`, `audit_unavailable`, `overloaded`.
 */
export function removePolicy(ports: ChangePoliciesPorts) {
  return ({ scope, name, by }: RemovePolicyRequest, caller: Caller): Promise<RemovePolicyResult> =>
    auditedChange(
      ports,
      { type: 'dev.patchbay.registry.policy_removed', scope, kind: 'policy', id: name, facts: {} },
      caller,
      async () => {
        const { document } = await changePolicy(ports, { scope, name }, by, (newest) => {
          if (newest === undefined || newest.text === null)
            throw new PatchbayError('not_found', { message: `There are no policies '${name}' of ${scope}.` });
          return { text: null, tests: [] };
        });
        return { result: { document }, facts: { version: document.version } };
      },
    );
}
