import {
  BeginExport,
  BeginExportResult,
  ListExports,
  ListExportsResult,
  ReadExport,
  ReadExportResult,
  StartExport,
  StartExportResult,
} from './messages/audit-exports.ts';
import { ReplayAudit, ReplayAuditResult } from './messages/audit-replay.ts';
import { request } from './route-kinds.ts';

const asked = { owner: 'audit', callers: ['admin', 'gateway'], timeoutMs: 15_000 } as const;

/** How a tenant's log is handed out with its proofs. */
export const auditExportRoutes = {
  beginExport: request({
    ...asked,
    subject: 'svc.audit.v1.exports.begin',
    request: BeginExport,
    response: BeginExportResult,
  }),
  readExport: request({
    ...asked,
    subject: 'svc.audit.v1.exports.read',
    request: ReadExport,
    response: ReadExportResult,
  }),
  startExport: request({
    ...asked,
    subject: 'svc.audit.v1.exports.start',
    request: StartExport,
    response: StartExportResult,
  }),
  listExports: request({
    ...asked,
    subject: 'svc.audit.v1.exports.list',
    request: ListExports,
    response: ListExportsResult,
  }),
  replayAudit: request({
    ...asked,
    subject: 'svc.audit.v1.replay.{tenant}',
    callers: ['auditor'],
    request: ReplayAudit,
    response: ReplayAuditResult,
  }),
} as const;
