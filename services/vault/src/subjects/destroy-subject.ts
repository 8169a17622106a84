import type { DestroySubjectRequest, DestroySubjectResult, SubjectErased } from '@patchbay/contracts';
import { auditedWork } from '../operations/audited-change.ts';
import type { Caller } from '../operations/ports.ts';
import type { LendTokenKeyPorts } from './lend-token-key.ts';
import { subjectEntry } from './subject-audit.ts';
import { destroyDataKey } from './subject-keys.ts';

export interface DestroySubjectPorts extends LendTokenKeyPorts {
  /** Tells everybody who may hold keys. Best effort: they end by themselves within a minute. */
  readonly broadcastErased: (erased: SubjectErased) => void;
}

/**
 * Destroys a person's data key for good, and ends their token. Repeating it is no error.
 * @throws PatchbayError `vault_unavailable`, `audit_unavailable`.
 */
export function destroySubject(ports: DestroySubjectPorts) {
  return ({ tenant, subject }: DestroySubjectRequest, caller: Caller): Promise<DestroySubjectResult> =>
    auditedWork(
      ports,
      (data) => subjectEntry({ tenant, subject }, { ...caller, service: 'audit' }, 'destroyed', data),
      async () => {
        const keys_destroyed = (await destroyDataKey(ports, tenant, subject)) ? 1 : 0;
        // After it: whoever asks from now on gets none, and whoever asked before keeps none.
        ports.broadcastErased({ tenant });
        return { result: { keys_destroyed }, facts: { keys_destroyed } };
      },
    );
}
