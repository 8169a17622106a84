import type { AuditData, ErrorBody, ExecuteRequest, ExecutionResult, PolicyReason } from '@patchbay/contracts';
import type { ExecuteOutcome, PreparedTool } from '@patchbay/execution-engine';
import { auditFacts } from '../domain/execution-facts.ts';
import { personalValues } from '../domain/personal-values.ts';
import type { ExecuteCall, Run } from './execution-run.ts';
import type { Lease, RecordAudit, Recording } from './ports.ts';
import type { LogCall } from './privacy/log-call.ts';
import { marksOf } from './privacy/tool-marks.ts';

export interface RecordOutcomePorts {
  readonly audit: RecordAudit;
  /** Left out: nothing is told of arguments. */
  readonly logCall?: LogCall;
}

/** How an execution ended. */
export interface Ended {
  readonly executionId: string;
  readonly request: ExecuteRequest;
  readonly call: ExecuteCall;
  /** Null: there is no such tool. */
  readonly prepared: PreparedTool | null;
  readonly result: ExecutionResult;
  /** Left out: nothing was sent. */
  readonly outcome?: ExecuteOutcome | undefined;
  readonly lease?: Lease | null | undefined;
  /** Left out: it was refused before it became one. */
  readonly run?: Run;
  /** It is handed over before the answer is given. */
  readonly ahead?: boolean;
  /** Of the arguments, where it was worked out ahead. */
  readonly digest?: string | undefined;
}

/**
 * Records the outcome under the id of the intent: a repeat is an execution of its own, whose answer is another's. Without an intent it
 * tells what that would have told.
 */
export function recordOutcome({ audit, logCall }: RecordOutcomePorts, ended: Ended): Recording {
  const { executionId, request, call, prepared, result, outcome, lease, run, ahead = false, digest } = ended;
  const alone = run !== undefined && !run.recordsIntent;
  const facts = { ...(alone && logCall?.(run).facts), ...factsOfOutcome(result, executionId) };
  return audit.begin(
    call.tenant,
    'dev.patchbay.execution.outcome',
    executionId,
    {
      ...auditFacts(request, call, prepared),
      outcome: result.status,
      ...(result.error !== null && { error_code: result.error.code }),
      ...(lease && { connection: lease.connection }),
      ...(typeof outcome?.upstreamStatus === 'number' && { upstream_status: outcome.upstreamStatus }),
      ...(alone && { arguments_digest: digest ?? run.argumentsDigest }),
      ...(hasAny(facts) && { facts }),
      attempts: result.attempts,
      duration_ms: result.timing.total_ms,
      ...(result.tokens > 0 && { tokens: result.tokens }),
      replayed: result.replayed,
    },
    {
      personal: () => personalValues(request, prepared === null ? null : (marksOf(prepared).arguments?.fields ?? null)),
      ahead,
    },
  );
}

function factsOfOutcome(
  { cached, probed, error, execution_id }: ExecutionResult,
  executionId: string,
): AuditData['facts'] {
  const policies = error === null ? null : decidingPolicies(error);
  return {
    ...(execution_id !== executionId && { answer_of: execution_id }),
    ...(cached && { cached: true }),
    ...(probed && { probed: true }),
    ...(policies !== null && { policies }),
  };
}

function hasAny(facts: object): boolean {
  for (const _ in facts) return true;
  return false;
}

/** Which policies refused it, with their versions: `refunds.big@3`; null when none did. */
function decidingPolicies({ details }: ErrorBody): string | null {
  if (!Array.isArray(details['policies'])) return null;
  return (details['policies'] as PolicyReason[]).map(({ policy, version }) => `${policy}@${version}`).join(' ');
}
