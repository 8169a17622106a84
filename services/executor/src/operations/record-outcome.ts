import type { AuditData, ErrorBody, ExecuteRequest, ExecutionResult, PolicyReason } from '@patchbay/contracts';
import type { ExecuteOutcome, PreparedTool } from '@patchbay/execution-engine';
import { auditFacts } from '../domain/execution-facts.ts';
import { personalValues } from '../domain/personal-values.ts';
import type { ExecuteCall, Run } from './execution-run.ts';
import type { Lease, OutcomeEnding, RecordAudit, Recording } from './ports.ts';
import type { LogCall } from './privacy/log-call.ts';
import { marksOf } from './privacy/tool-marks.ts';

export interface RecordOutcomePorts {
  readonly audit: RecordAudit;
  /** Left out: nothing is told of arguments. */
  readonly logCall?: LogCall;
}

/** An execution whose outcome is recorded. */
export interface Recorded {
  readonly executionId: string;
  readonly request: ExecuteRequest;
  readonly call: ExecuteCall;
  /** Null: there is no such tool. */
  readonly prepared: PreparedTool | null;
  readonly lease?: Lease | null | undefined;
  /** Left out: it was refused before it became one. */
  readonly run?: Run;
}

/** How it ended. */
export interface Ending {
  readonly result: ExecutionResult;
  /** Left out: nothing was sent. */
  readonly outcome?: ExecuteOutcome | undefined;
  /** It is handed over before the answer is given. */
  readonly ahead?: boolean;
}

export interface Ended extends Recorded, Ending {}

/** Records how the execution ended that it was made of. */
export type CompleteOutcome = (ending: Ending) => Recording;

/**
 * Records the outcome under the id of the intent: a repeat is an execution of its own, whose answer is another's. Without an intent it
 * tells what that would have told.
 */
export function recordOutcome(ports: RecordOutcomePorts, ended: Ended): Recording {
  const { executionId, call, ahead = false } = ended;
  return ports.audit.begin(
    call.tenant,
    'dev.patchbay.execution.outcome',
    executionId,
    { ...known(ended), ...learnt(ended, executionId, intentFacts(ports, ended)) },
    { personal: () => personalOf(ended), ahead },
  );
}

/** The same in two steps: what is known is prepared now, while the upstream works, and the rest when it has answered. */
export function draftOutcome(ports: RecordOutcomePorts, recorded: Recorded): CompleteOutcome {
  const { executionId, call } = recorded;
  const draft = ports.audit.draft(call.tenant, executionId, known(recorded), () => personalOf(recorded));
  const facts = intentFacts(ports, recorded);
  return (ending) => draft.complete(learnt(ending, executionId, facts), ending.ahead ?? false);
}

function known({ request, call, prepared, lease, run }: Recorded): Omit<AuditData, 'outcome'> {
  return {
    ...auditFacts(request, call, prepared),
    ...(lease && { connection: lease.connection }),
    ...(isAlone(run) && { arguments_digest: run.argumentsDigest }),
  };
}

function learnt({ result, outcome }: Ending, executionId: string, intent: AuditData['facts']): OutcomeEnding {
  const facts = { ...intent, ...factsOfOutcome(result, executionId) };
  return {
    outcome: result.status,
    ...(result.error !== null && { error_code: result.error.code }),
    ...(typeof outcome?.upstreamStatus === 'number' && { upstream_status: outcome.upstreamStatus }),
    ...(hasAny(facts) && { facts }),
    attempts: result.attempts,
    duration_ms: result.timing.total_ms,
    ...(result.tokens > 0 && { tokens: result.tokens }),
    replayed: result.replayed,
  };
}

/** Whether the outcome is all that is recorded. */
function isAlone(run: Run | undefined): run is Run {
  return run !== undefined && !run.recordsIntent;
}

function intentFacts({ logCall }: RecordOutcomePorts, { run }: Recorded): AuditData['facts'] {
  return isAlone(run) ? logCall?.(run).facts : undefined;
}

function personalOf({ request, prepared }: Recorded): Record<string, unknown> {
  return personalValues(request, prepared === null ? null : (marksOf(prepared).arguments?.fields ?? null));
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
