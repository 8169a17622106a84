import { type BeginExport, PatchbayError } from '@patchbay/contracts';
import type { ExportLog, ExportRange } from './ports.ts';

/**
 * Which records a request means, as the log is now.
 * @throws PatchbayError `invalid_request` when the log does not reach so far, or holds nothing of it; `audit_unavailable`.
 */
export async function exportRange(log: ExportLog, request: BeginExport): Promise<ExportRange> {
  const { tenant, from_index: fromIndex, to_index: toIndex, from, to } = request;
  if (fromIndex !== undefined && from !== undefined) throw wrong('from', 'is beside from_index: say one of them');
  if (toIndex !== undefined && to !== undefined) throw wrong('to', 'is beside to_index: say one of them');
  const length = await log.sizeOf(tenant);
  const none = 'the log holds nothing of it';
  const timed =
    from === undefined && to === undefined
      ? undefined
      : await log.placesBetween(tenant, { fromMs: msOf(from), toMs: msOf(to) });
  if (timed === null) throw wrong(from === undefined ? 'to' : 'from', none);
  const size = await endOf();
  if (size > length) throw wrong('to_index', `the log holds ${length} records`);
  const first = (from === undefined ? fromIndex : timed?.first) ?? 0;
  if (first >= size) throw wrong(from === undefined ? 'from_index' : 'from', none);
  return { tenant, first, size };

  async function endOf(): Promise<number> {
    if (to !== undefined && timed !== undefined) return (timed?.last ?? 0) + 1;
    if (toIndex !== undefined) return toIndex;
    // Without a checkpoint yet one is signed of what there is.
    return (await log.newestCheckpoint(tenant)) ?? length;
  }
}

const msOf = (time: string | undefined) => (time === undefined ? null : Date.parse(time));

function wrong(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
