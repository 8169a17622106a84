import type { AuditCheckpoint } from '@patchbay/contracts';
import type { Admin } from '@patchbay/sdk';

export interface Problems {
  readonly messages: number;
  /** What is said of messages. */
  readonly kinds: readonly string[];
  readonly log: number;
  readonly read: number;
}

/** Has the audit service read its store and the stream again; how much is wrong in either. */
export async function problemsOf(admin: Admin): Promise<Problems> {
  let [messages, log, read] = [0, 0, 0];
  const kinds = new Set<string>();
  let [after, logFrom]: (number | null)[] = [null, null];
  do {
    const page = await admin.verifyAudit({
      ...(after !== null && { after }),
      ...(logFrom !== null && { log_from: logFrom }),
      limit: 2_000,
    });
    messages += page.problem_count;
    for (const { what } of page.problems) kinds.add(what);
    log += page.log?.problem_count ?? 0;
    read += page.messages;
    after = page.next;
    logFrom = page.log?.next ?? null;
  } while (after !== null || logFrom !== null);
  return { messages, kinds: [...kinds].sort(), log, read };
}

/** The newest checkpoints of the tenant's log. */
export async function checkpointsOf(admin: Admin): Promise<readonly AuditCheckpoint[]> {
  return (await admin.auditLog.checkpoints()).checkpoints;
}
