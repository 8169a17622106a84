import { canonicalSubject, subjectTokens } from '@patchbay/audit-log';
import type { FindSubjectRequest, FindSubjectResult } from '@patchbay/contracts';
import type { Caller } from '../operations/ports.ts';
import type { LendTokenKeyPorts } from './lend-token-key.ts';
import { subjectEntry } from './subject-audit.ts';
import { erasedMarks, hasDataKey, subjectKeyOf } from './subject-keys.ts';

/**
 * By which tokens a person goes in the audit log. Recorded, without the identifier.
 * @throws PatchbayError `invalid_request` (identifier), `vault_unavailable`, `audit_unavailable`.
 */
export function findSubject(ports: LendTokenKeyPorts) {
  return async ({ tenant, subject }: FindSubjectRequest, caller: Caller): Promise<FindSubjectResult> => {
    const canonical = canonicalSubject(subject);
    await ports.assertUsable(tenant);
    const [key, marks] = await Promise.all([subjectKeyOf(ports, tenant), erasedMarks(ports, tenant)]);
    const { token, erased } = subjectTokens(key, canonical, (mark) => marks.has(mark));
    key.fill(0);
    const [has_key] = await Promise.all([
      hasDataKey(ports, tenant, token),
      ports.recordAudit(
        subjectEntry({ tenant, subject: token }, { ...caller, service: 'admin' }, 'found', { outcome: 'succeeded' }),
      ),
    ]);
    return { canonical, token, erased, has_key };
  };
}
