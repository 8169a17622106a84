import {
  ListHolds,
  ListHoldsResult,
  ListRetention,
  ListRetentionResult,
  PlaceHold,
  PlaceHoldResult,
  PurgeExpired,
  PurgeExpiredResult,
  ReleaseHold,
  ReleaseHoldResult,
  RemoveRetention,
  RemoveRetentionResult,
  SetRegime,
  SetRegimeResult,
  SetRetention,
  SetRetentionResult,
} from './messages/audit-retention.ts';
import { request } from './route-kinds.ts';

const asked = { owner: 'audit', callers: ['admin', 'gateway'], timeoutMs: 10_000 } as const;

/** How long the audit log is kept, and what keeps it longer. */
export const auditRetentionRoutes = {
  listRetention: request({
    ...asked,
    subject: 'svc.audit.v1.retention.list',
    request: ListRetention,
    response: ListRetentionResult,
  }),
  setRetention: request({
    ...asked,
    subject: 'svc.audit.v1.retention.set',
    request: SetRetention,
    response: SetRetentionResult,
  }),
  removeRetention: request({
    ...asked,
    subject: 'svc.audit.v1.retention.remove',
    request: RemoveRetention,
    response: RemoveRetentionResult,
  }),
  setRegime: request({
    ...asked,
    subject: 'svc.audit.v1.retention.regime',
    request: SetRegime,
    response: SetRegimeResult,
  }),
  purgeExpired: request({
    ...asked,
    subject: 'svc.audit.v1.retention.purge',
    request: PurgeExpired,
    response: PurgeExpiredResult,
    timeoutMs: 30_000,
  }),
  placeHold: request({
    ...asked,
    subject: 'svc.audit.v1.holds.place',
    request: PlaceHold,
    response: PlaceHoldResult,
  }),
  listHolds: request({ ...asked, subject: 'svc.audit.v1.holds.list', request: ListHolds, response: ListHoldsResult }),
  releaseHold: request({
    ...asked,
    subject: 'svc.audit.v1.holds.release',
    request: ReleaseHold,
    response: ReleaseHoldResult,
  }),
} as const;
