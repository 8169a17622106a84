import type { System } from '../system.ts';

/** Trace ids of requests of the tool that reached the upstream without an intent on record: there must be none. */
export async function unauditedRequests({ admin, sandbox }: System, tool: string): Promise<string[]> {
  const reached = await sandbox.requests({ tool });
  const intents = new Set<string | undefined>();
  let cursor: string | null = null;
  do {
    const page = await admin.queryAudit({ class: 'execution', tool, limit: 1_000, ...(cursor !== null && { cursor }) });
    for (const { data } of page.events) if (data.outcome === 'intent') intents.add(data.trace_id);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return [...new Set(reached.map(({ traceparent }) => traceparent?.split('-')[1] ?? 'none'))].filter(
    (trace) => !intents.has(trace),
  );
}
