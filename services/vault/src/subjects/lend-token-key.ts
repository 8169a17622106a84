import {
  type LendTokenKeyRequest,
  type LendTokenKeyResult,
  type LentTokenKey,
  maxErasedSubjects,
} from '@patchbay/contracts';
import type { AuditedWorkPorts } from '../operations/audited-change.ts';
import type { Sealer } from '../operations/ports.ts';
import type { ServiceCaller } from '../secrets/secret-caller.ts';
import { sealedFor } from './sealed-for.ts';
import { recordSubjectDenial, subjectEntry } from './subject-audit.ts';
import { digestKeyOf, erasedMarks, type SubjectKeyPorts, subjectKeyOf } from './subject-keys.ts';

export interface LendTokenKeyPorts extends SubjectKeyPorts, AuditedWorkPorts {
  readonly sealer: Sealer;
  /** Asks the store, not memory, whether the tenant's keys may be used. @throws PatchbayError `vault_unavailable`. */
  readonly assertUsable: (tenant: string) => Promise<unknown>;
}

/**
 * Lends what tokens of a tenant's persons, and digests of arguments, are made with to one process, sealed to its key.
 * @throws PatchbayError `invalid_request` (public key), `vault_unavailable`, `audit_unavailable`.
 */
export function lendTokenKey(ports: LendTokenKeyPorts) {
  return async (
    { tenant, public_key: recipient }: LendTokenKeyRequest,
    caller: ServiceCaller,
  ): Promise<LendTokenKeyResult> => {
    try {
      await ports.assertUsable(tenant);
      const [key, erased] = await Promise.all([subjectKeyOf(ports, tenant), erasedMarks(ports, tenant)]);
      const marks = [...erased];
      if (marks.length > maxErasedSubjects)
        ports.report('error', 'more persons of a tenant were erased than can be told of: the oldest tokens come back', {
          tenant,
          erased: marks.length,
          most: maxErasedSubjects,
        });
      const digestKey = await digestKeyOf(ports, tenant, key).catch((error: unknown) => {
        key.fill(0);
        throw error;
      });
      const lent = {
        tenant,
        token_key: key.toString('base64'),
        digest_key: digestKey.toString('base64'),
        erased: marks.slice(0, maxErasedSubjects).join(''),
      };
      for (const one of [key, digestKey]) one.fill(0);
      const facts = { erased: marks.length, recipient };
      await ports.recordAudit(
        subjectEntry({ tenant, subject: null }, caller, 'tokens_lent', { outcome: 'succeeded', facts }),
      );
      return sealedFor(ports.sealer, lent satisfies LentTokenKey, recipient);
    } catch (error) {
      recordSubjectDenial(ports, { tenant, subject: null }, caller, error);
      throw error;
    }
  };
}
