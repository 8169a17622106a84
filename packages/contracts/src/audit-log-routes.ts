import {
  ConsistencyProof,
  InclusionProof,
  ListCheckpoints,
  ListCheckpointsResult,
  LogKey,
  ProveConsistency,
  ProveInclusion,
  ReadLogKey,
} from './messages/audit-log.ts';
import { request } from './route-kinds.ts';

/** The audit service's tenants' logs: checkpoints, proofs, and the key that signs. */
export const auditLogRoutes = {
  listCheckpoints: request({
    subject: 'svc.audit.v1.log.checkpoints',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: ListCheckpoints,
    response: ListCheckpointsResult,
    timeoutMs: 10_000,
  }),
  proveInclusion: request({
    subject: 'svc.audit.v1.log.inclusion',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: ProveInclusion,
    response: InclusionProof,
    timeoutMs: 15_000,
  }),
  proveConsistency: request({
    subject: 'svc.audit.v1.log.consistency',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: ProveConsistency,
    response: ConsistencyProof,
    timeoutMs: 10_000,
  }),
  readLogKey: request({
    subject: 'svc.audit.v1.log.key',
    owner: 'audit',
    callers: ['admin', 'gateway'],
    request: ReadLogKey,
    response: LogKey,
    timeoutMs: 5_000,
  }),
} as const;
