import {
  type LendSubjectKeyRequest,
  type LendSubjectKeyResult,
  type LentSubjectKey,
  PatchbayError,
} from '@patchbay/contracts';
import type { ServiceCaller } from '../secrets/secret-caller.ts';
import type { LendTokenKeyPorts } from './lend-token-key.ts';
import { sealedFor } from './sealed-for.ts';
import { recordSubjectDenial, subjectEntry } from './subject-audit.ts';
import { dataKeyOf } from './subject-keys.ts';

/**
 * Lends a person's data key to one process, sealed to its key. The audit service, which reads what is kept, gets one that is there;
 * whoever keeps something has one made.
 * @throws PatchbayError `not_found` (there is none, or it was destroyed), `invalid_request`, `vault_unavailable`,
 *   `audit_unavailable`.
 */
export function lendSubjectKey(ports: LendTokenKeyPorts) {
  return async (
    { tenant, subject, public_key: recipient }: LendSubjectKeyRequest,
    caller: ServiceCaller,
  ): Promise<LendSubjectKeyResult> => {
    try {
      await ports.assertUsable(tenant);
      const key = await dataKeyOf(ports, tenant, subject, caller.service !== 'audit');
      if (key === null)
        throw new PatchbayError('not_found', {
          message: 'There is no key for what is kept of this person, or no more.',
        });
      const lent = { tenant, subject, key: key.id, data_key: key.bytes.toString('base64') };
      key.bytes.fill(0);
      await ports.recordAudit(
        subjectEntry({ tenant, subject }, caller, 'key_lent', {
          outcome: 'succeeded',
          facts: { key: key.id, recipient },
        }),
      );
      return sealedFor(ports.sealer, lent satisfies LentSubjectKey, recipient);
    } catch (error) {
      recordSubjectDenial(ports, { tenant, subject }, caller, error);
      throw error;
    }
  };
}
