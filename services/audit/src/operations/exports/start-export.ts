import { newId, PatchbayError, type StartExport, type StartExportResult } from '@patchbay/contracts';
import { type BeginExportPorts, exportedEvent } from './begin-export.ts';
import { exportRange } from './export-range.ts';
import type { ExportJobs, ObjectStore } from './ports.ts';

export interface StartExportPorts extends Omit<BeginExportPorts, 'ticketKey'>, Pick<ExportJobs, 'add'> {
  /** Null: none is configured. */
  readonly objects: Pick<ObjectStore, 'locationOf'> | null;
  /** Hears that there is something to do. */
  readonly onAdded: () => void;
}

/**
 * Has an export put into object storage by whichever process is free.
 * @throws PatchbayError `invalid_request` also without a storage, `audit_unavailable`.
 */
export function createStartExport({
  log,
  record,
  now,
  add,
  objects,
  onAdded,
}: StartExportPorts): (request: StartExport, context: { traceId: string | null }) => Promise<StartExportResult> {
  return async (request, { traceId }) => {
    if (objects === null)
      throw new PatchbayError('invalid_request', {
        message: 'The audit service has no object storage for exports: PATCHBAY_AUDIT_EXPORTS is not set.',
      });
    const range = await exportRange(log, request);
    await log.checkpointOf(range.tenant, range.size);
    const key = `${range.tenant}/${range.first}-${range.size}.jsonl`;
    const location = objects.locationOf(key);
    await record(exportedEvent(range, traceId, location));
    const at = now();
    const job = {
      id: newId('auditExport', at),
      tenant: range.tenant,
      from_index: range.first,
      to_index: range.size,
      location,
      key,
      state: 'waiting',
      records: 0,
      bytes: null,
      sha256: null,
      problem: null,
      created_at: new Date(at).toISOString(),
      finished_at: null,
    } as const;
    await add(job);
    onAdded();
    const { key: _, ...told } = job;
    return { export: told };
  };
}
