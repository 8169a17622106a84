import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditQuery } from '@patchbay/contracts';
import type { System } from '../system.ts';

/** What is asked: the audit log, and the sandbox as the upstream. */
export type Audited = Pick<System, 'admin' | 'sandbox'>;

/** What the audit log says of one execution. */
export interface OnRecord {
  /** Of the first record. */
  trace: string | undefined;
  /** A read, whose outcome is its one record. */
  reads: boolean;
  intents: number;
  outcomes: number;
  /** Declared unknown by the audit service, for want of an outcome. */
  declared: number;
}

/** Every execution of the tool that the audit log knows, by its id. */
export async function executionsOnRecord(
  system: Pick<System, 'admin'>,
  tool: string,
): Promise<ReadonlyMap<string, OnRecord>> {
  const found = new Map<string, OnRecord>();
  const note = (id: string, change: (one: OnRecord) => void) => {
    const one = found.get(id) ?? { trace: undefined, reads: false, intents: 0, outcomes: 0, declared: 0 };
    change(one);
    found.set(id, one);
  };
  for await (const { type, data } of eventsOf(system, { class: 'execution', tool }))
    note(data.execution_id as string, (one) => {
      one.trace ??= data.trace_id;
      one.reads = data.risk === 'read';
      if (type === 'dev.patchbay.execution.intent') one.intents++;
      if (type === 'dev.patchbay.execution.outcome') one.outcomes++;
    });
  for await (const { type, data } of eventsOf(system, { class: 'reconciliation', tool }))
    if (type === 'dev.patchbay.reconciliation.outcome_unknown')
      note(data.execution_id as string, (one) => one.declared++);
  return found;
}

async function* eventsOf({ admin }: Pick<System, 'admin'>, query: Partial<AuditQuery>) {
  let cursor: string | null = null;
  do {
    const page = await admin.queryAudit({ ...query, limit: 1_000, ...(cursor !== null && { cursor }) });
    yield* page.events;
    cursor = page.next_cursor;
  } while (cursor !== null);
}

/** Whether the execution has the record that it must have had before anything of it was told. */
export function isAnnounced({ reads, intents, outcomes }: OnRecord): boolean {
  return intents > 0 || (reads && outcomes > 0);
}

/** What `simpleDocument` calls its read. One that was under way in an executor that is killed leaves no record, and was not told. */
export function isRead(tool: string): boolean {
  return tool.endsWith('_look');
}

/** Trace ids of requests of the tool, unless it is a read, that reached the upstream without an intent on record: there must be none. */
export async function unauditedRequests(system: Audited, tool: string): Promise<string[]> {
  if (isRead(tool)) return [];
  const reached = await system.sandbox.requests({ tool });
  const intended = new Set(
    [...(await executionsOnRecord(system, tool)).values()]
      .filter(({ intents }) => intents > 0)
      .map(({ trace }) => trace),
  );
  return [...new Set(reached.map(({ traceparent }) => traceparent?.split('-')[1] ?? 'none'))].filter(
    (trace) => !intended.has(trace),
  );
}

/** Executions that were intended, and of which the log says neither how they ended nor that nobody knows. */
export async function orphans(system: Audited, tool: string): Promise<string[]> {
  return [...(await executionsOnRecord(system, tool))]
    .filter(([, { intents, outcomes, declared }]) => intents > 0 && outcomes + declared === 0)
    .map(([id]) => id);
}

/** Executions that have an intent, an outcome or a declaration twice. */
export async function doubled(system: Audited, tool: string): Promise<string[]> {
  return [...(await executionsOnRecord(system, tool))]
    .filter(([, { intents, outcomes, declared }]) => Math.max(intents, outcomes, declared) > 1)
    .map(([id]) => id);
}

/** Files of audit records that are not on the stream yet, of all instances. */
export function spooledFiles({ patchbay }: System): string[] {
  const { spool } = patchbay.state;
  if (!existsSync(spool)) return [];
  return readdirSync(spool, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spool'))
    .map((name) => join(spool, name));
}
