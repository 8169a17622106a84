import type { AuditEvent, ExecutionFinished } from '@patchbay/contracts';
import type { Outcome } from './execution-window.ts';

/** Of an audit event that is an outcome; null of one that is an intent. */
export function outcomeOfAudit({ time, data }: AuditEvent): Outcome | null {
  if (data.outcome === 'intent' || data.execution_id === undefined) return null;
  return {
    id: data.execution_id,
    at: Date.parse(time),
    status: data.outcome,
    code: data.error_code ?? null,
    tool: data.tool ?? null,
    ms: data.duration_ms ?? 0,
  };
}

/** Of what was told live. */
export function outcomeOfFinished({ execution_id, result }: ExecutionFinished, time: string): Outcome {
  return {
    id: execution_id,
    at: Date.parse(time),
    status: result.status,
    code: result.error?.code ?? null,
    tool: result.tool,
    ms: result.timing.total_ms,
  };
}
