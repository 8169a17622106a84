import { z } from 'zod';
import { idSchema, TenantToken } from '../ids.ts';

const Index = z.int().nonnegative();
const Time = z.iso.datetime({ offset: true });

/**
 * Which part of a tenant's log. By index, `to_index` not included, or by time: then from the first record at or after `from` to
 * the last one before `to`, with whatever stands between them in the log. Without an end it goes to the newest checkpoint.
 */
const range = {
  from_index: Index.optional(),
  to_index: Index.optional(),
  from: Time.optional(),
  to: Time.optional(),
};

/**
 * `svc.audit.v1.exports.begin`: fixes what an export holds and records that it is made. Its last checkpoint is of the size where
 * it ends; it is signed now if there is none. `invalid_request` when the log does not reach so far, or holds nothing of the range.
 */
export const BeginExport = z.strictObject({ tenant: TenantToken, ...range });
export type BeginExport = z.infer<typeof BeginExport>;
export const BeginExportResult = z.object({
  /** For the pages: says what was begun, and proves that it was recorded. Good for a day. */
  ticket: z.string(),
  /** Index of the first record, and one more than that of the last. */
  from_index: Index,
  to_index: Index,
});
export type BeginExportResult = z.infer<typeof BeginExportResult>;

/** A place in the text of an export: so many UTF-16 units behind where the text of a record, or what stands before it, begins. */
const ExportPlace = z.strictObject({ index: Index, offset: Index });

/** `svc.audit.v1.exports.read`: the text from a place on, as much as a message carries. Left out: from the beginning. */
export const ReadExport = z.strictObject({ ticket: z.string().max(1_000), place: ExportPlace.optional() });
export type ReadExport = z.infer<typeof ReadExport>;
export const ReadExportResult = z.object({
  text: z.string(),
  /** Where the text goes on; null at its end. */
  next: ExportPlace.nullable(),
});
export type ReadExportResult = z.infer<typeof ReadExportResult>;

/** An export to object storage. */
export const ExportJob = z.object({
  id: idSchema('auditExport'),
  tenant: TenantToken,
  from_index: Index,
  to_index: Index,
  /** Where it is put: `s3://bucket/key`. The same range has the same key. */
  location: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  /** Records that were read so far. */
  records: Index,
  /** Of the whole object, once it is done. */
  bytes: Index.nullable(),
  /** Of the whole object in hexadecimal digits, once it is done. */
  sha256: z.string().nullable(),
  /** What the last try failed by. */
  problem: z.string().nullable(),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type ExportJob = z.infer<typeof ExportJob>;

/** `svc.audit.v1.exports.start`: has the service put an export into the storage that it is configured with. */
export const StartExport = z.strictObject(BeginExport.shape);
export type StartExport = z.infer<typeof StartExport>;
export const StartExportResult = z.object({ export: ExportJob });
export type StartExportResult = z.infer<typeof StartExportResult>;

/** `svc.audit.v1.exports.list`: newest first, at most 100; or one. */
export const ListExports = z.strictObject({ tenant: TenantToken, id: idSchema('auditExport').optional() });
export type ListExports = z.infer<typeof ListExports>;
export const ListExportsResult = z.object({ exports: z.array(ExportJob) });
export type ListExportsResult = z.infer<typeof ListExportsResult>;
