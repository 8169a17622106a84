import {
  type ConsistencyProof,
  type InclusionProof,
  type ListCheckpoints,
  type ListCheckpointsResult,
  type LogKey,
  type ProveConsistency,
  type ProveInclusion,
  routes,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';

/** What an operator asks of the tenant's audit log: checkpoints, proofs, and who signs. */
export interface AuditLogAdmin {
  /** Signed in due course, newest first. @throws PatchbayError `not_found` when there is none of the `size`. */
  checkpoints(page?: Partial<Omit<ListCheckpoints, 'tenant'>>): Promise<ListCheckpointsResult>;
  /** @throws PatchbayError `not_found`; `invalid_request` when the event is younger than the checkpoint of `size`. */
  proveInclusion(proof: Omit<ProveInclusion, 'tenant'>): Promise<InclusionProof>;
  /** @throws PatchbayError `not_found`; `invalid_request` when `from` is the larger one. */
  proveConsistency(proof: Omit<ProveConsistency, 'tenant'>): Promise<ConsistencyProof>;
  key(): Promise<LogKey>;
}

export function auditLogOver(messaging: Messaging, tenant: string): AuditLogAdmin {
  return {
    checkpoints: (page = {}) => messaging.request(routes.listCheckpoints, {}, { tenant, ...page }),
    proveInclusion: (proof) => messaging.request(routes.proveInclusion, {}, { tenant, ...proof }),
    proveConsistency: (proof) => messaging.request(routes.proveConsistency, {}, { tenant, ...proof }),
    key: () => messaging.request(routes.readLogKey, {}, { tenant }),
  };
}
