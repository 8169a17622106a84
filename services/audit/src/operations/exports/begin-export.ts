import type { BeginExport, BeginExportResult } from '@patchbay/contracts';
import type { RecordAudit } from '../query-audit.ts';
import { exportRange } from './export-range.ts';
import type { ExportLog, ExportRange } from './ports.ts';
import { sealTicket } from './ticket.ts';

export interface BeginExportPorts {
  readonly log: ExportLog;
  readonly record: RecordAudit;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** What tickets are sealed by, the same in every process. Secret. */
  readonly ticketKey: Buffer;
}

/** Fixes what an export holds, and records it before anything leaves. @throws PatchbayError `invalid_request`, `audit_unavailable`. */
export function createBeginExport({
  log,
  record,
  now,
  ticketKey,
}: BeginExportPorts): (request: BeginExport, context: { traceId: string | null }) => Promise<BeginExportResult> {
  return async (request, { traceId }) => {
    const range = await exportRange(log, request);
    await log.checkpointOf(range.tenant, range.size);
    await record(exportedEvent(range, traceId));
    return {
      ticket: sealTicket(ticketKey, range, now()),
      from_index: range.first,
      to_index: range.size,
    };
  };
}

/** What is recorded of an export. `location`: of the object that it goes to; left out, whoever asked gets it. */
export function exportedEvent(
  { tenant, first, size }: ExportRange,
  traceId: string | null,
  location?: string,
): Parameters<RecordAudit>[0] {
  return {
    tenant,
    class: 'query',
    type: 'dev.patchbay.audit.exported',
    data: {
      actor: { kind: 'admin', id: 'admin' },
      target: { kind: 'audit_log', id: tenant },
      outcome: 'succeeded',
      ...(traceId !== null && { trace_id: traceId }),
      facts: { from_index: first, to_index: size, ...(location !== undefined && { location }) },
    },
  };
}
