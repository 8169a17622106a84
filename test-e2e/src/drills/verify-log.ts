import type { AuditCheckpoint } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';

/** Has the audit service read its store and the stream again; how much is wrong in either. */
export async function problemsOf(admin: Admin): Promise<{ messages: number; log: number; read: number }> {
  let [messages, log, read] = [0, 0, 0];
  let [after, logFrom]: (number | null)[] = [null, null];
  do {
    const page = await admin.verifyAudit({
      ...(after !== null && { after }),
      ...(logFrom !== null && { log_from: logFrom }),
      limit: 2_000,
    });
    messages += page.problem_count;
    log += page.log?.problem_count ?? 0;
    read += page.messages;
    after = page.next;
    logFrom = page.log?.next ?? null;
  } while (after !== null || logFrom !== null);
  return { messages, log, read };
}

/** The newest checkpoints of the tenant's log. */
export async function checkpointsOf(admin: Admin): Promise<readonly AuditCheckpoint[]> {
  return (await admin.auditLog.checkpoints()).checkpoints;
}
