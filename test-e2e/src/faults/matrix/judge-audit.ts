import type { System } from '../../system.ts';
import { executionsOnRecord, isRead, type OnRecord } from '../audited.ts';

/** What the audit log has to say of one tool's executions; each list must be empty but for the last count. */
export interface AuditVerdict {
  /** Requests that reached the upstream without an intent on record, by their trace id; none of a read, which has none. */
  readonly unaudited: string[];
  /** Intents of which the log says neither how they ended nor that nobody knows. */
  readonly orphans: string[];
  /** Executions with an intent, an outcome or a declaration twice. */
  readonly doubled: string[];
  /** Executions that callers were told the success of, without an outcome on record. */
  readonly untold: string[];
  /** Executions declared unknown for want of an outcome. */
  readonly declared: number;
  readonly executions: number;
}

export interface AuditedTool {
  readonly tool: string;
  /** Of each request that reached the upstream. */
  readonly traces: readonly string[];
  /** Ids of executions that callers were told the success of. */
  readonly succeeded: readonly string[];
}

/** Holds the upstream's record and the callers' against the audit log. */
export async function judgeAudit(system: System, { tool, traces, succeeded }: AuditedTool): Promise<AuditVerdict> {
  const onRecord = await executionsOnRecord(system, tool);
  const all = [...onRecord];
  const idsWhere = (holds: (one: OnRecord) => boolean) => all.filter(([, one]) => holds(one)).map(([id]) => id);
  const intended = new Set(all.filter(([, { intents }]) => intents > 0).map(([, { trace }]) => trace));
  return {
    unaudited: isRead(tool) ? [] : [...new Set(traces)].filter((trace) => !intended.has(trace)),
    orphans: idsWhere(({ intents, outcomes, declared }) => intents > 0 && outcomes + declared === 0),
    doubled: idsWhere(({ intents, outcomes, declared }) => Math.max(intents, outcomes, declared) > 1),
    untold: [...new Set(succeeded)].filter((id) => (onRecord.get(id)?.outcomes ?? 0) === 0),
    declared: idsWhere(({ declared }) => declared > 0).length,
    executions: all.length,
  };
}

export function isClean({ unaudited, orphans, doubled, untold }: AuditVerdict): boolean {
  return unaudited.length + orphans.length + doubled.length + untold.length === 0;
}
