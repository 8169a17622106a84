import {
  type ErrorBody,
  type ExecutionResult,
  type ExecutionStatus,
  estimateTokens,
  toErrorBody,
} from '@patchbay/contracts';

/** What is known of an execution when its answer is made. */
export interface AnswerFacts {
  readonly executionId: string;
  readonly tool: string | null;
  readonly version: string | null;
  /** `performance.now()` at receipt and at the answer. */
  readonly receivedAt: number;
  readonly now: number;
  readonly upstreamMs?: number;
  readonly attempts?: number;
  readonly truncated?: boolean;
}

export function answer(
  facts: AnswerFacts,
  status: ExecutionStatus,
  output: unknown,
  error: ErrorBody | null,
): ExecutionResult {
  const total = facts.now - facts.receivedAt;
  const upstream = facts.upstreamMs ?? 0;
  return {
    execution_id: facts.executionId,
    status,
    output,
    error,
    truncated: facts.truncated ?? false,
    tokens: estimateTokens(output ?? error),
    replayed: false,
    attempts: facts.attempts ?? 0,
    tool: facts.tool,
    version: facts.version,
    timing: { total_ms: round(total), upstream_ms: round(upstream), overhead_ms: round(Math.max(0, total - upstream)) },
  };
}

/** The answer when nothing was sent. A cancelled request was not refused by us. */
export function refusal(facts: AnswerFacts, error: unknown): ExecutionResult {
  const body = toErrorBody(error);
  return answer(facts, body.code === 'cancelled' ? 'cancelled' : 'refused', null, body);
}

/** Milliseconds to a hundredth. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
