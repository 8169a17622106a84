import { type CopyAuditDatabaseResult, PatchbayError } from '@patchbay/contracts';

export interface CopyAuditDatabasePorts {
  /** Copies the database's files and says where to. Null where there are none of ours. */
  readonly copy: (() => Promise<string>) | null;
}

/**
 * Copies the database for a backup, where it lives in this process. Calls and events go on, and wait while it copies.
 * @throws PatchbayError `audit_unavailable` when the disk has no room for it, or fails.
 */
export function createCopyAuditDatabase({ copy }: CopyAuditDatabasePorts) {
  return async (): Promise<CopyAuditDatabaseResult> => {
    if (copy === null) return { directory: null };
    try {
      return { directory: await copy() };
    } catch (cause) {
      throw new PatchbayError('audit_unavailable', {
        message: "The audit database could not be copied beside its directory: the audit service's log says why.",
        cause,
      });
    }
  };
}
