import { z } from 'zod';

/** `svc.audit.v1.database.copy`: a copy of the audit service's database for a backup. */
export const CopyAuditDatabase = z.strictObject({});
/**
 * `directory`: the database lives in the service, which copied it to a directory beside its own that whoever asked removes.
 * Null: it is a server, whose own tools back it up, or in memory.
 */
export const CopyAuditDatabaseResult = z.object({ directory: z.string().nullable() });
export type CopyAuditDatabaseResult = z.infer<typeof CopyAuditDatabaseResult>;
