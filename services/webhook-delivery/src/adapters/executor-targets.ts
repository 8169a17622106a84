import {
  type ErrorBody,
  type ExecutionResult,
  errorCatalogue,
  type Issue,
  PatchbayError,
  type PlanResult,
  routes,
} from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import { type Filled, fillArguments, fillPlan } from '../domain/fill-template.ts';
import type { AttemptOutcome } from '../domain/judge-attempt.ts';
import { type Attempt, failedOfOurs, outcomeOf, type SendToTarget, succeeded } from '../operations/targets.ts';

type Ask = Pick<Messaging, 'request'>;

/** Milliseconds that a tool has; of a plan, its own deadline. */
const deadlineMs = 30_000;
/** Milliseconds that the answer may take on its way beyond the deadline. */
const graceMs = 2_000;

/**
 * Calls a tool with an event, under a key of event and subscription: however often it is attempted, it acts once. Where the
 * effect is not known, nothing is repeated.
 */
export function createToolTarget(messaging: Ask): SendToTarget {
  return async (attempt) => {
    const { tenant, target } = attempt.subscription;
    if (target.kind !== 'tool') throw new TypeError('not a tool target');
    const { tool, version, connection } = target;
    return asked(fillArguments(target.arguments, attempt.view), async (args) =>
      readResult(
        await messaging.request(
          routes.executeTool,
          { tenant },
          {
            tool,
            ...(version !== undefined && { version }),
            ...(connection !== undefined && { connection }),
            arguments: args,
            idempotency_key: keyOf(attempt),
            deadline_ms: deadlineMs,
            context: { agent: agentOf(attempt) },
          },
          optionsOf(attempt, deadlineMs),
        ),
      ),
    );
  };
}

/** Runs a plan with an event, under a key of event and subscription: a repeat goes on where the plan stood. */
export function createPlanTarget(messaging: Ask): SendToTarget {
  return async (attempt) => {
    const { tenant, target } = attempt.subscription;
    if (target.kind !== 'plan') throw new TypeError('not a plan target');
    return asked(fillPlan(target.plan, attempt.view), async (plan) => {
      const context = { ...plan.context, agent: plan.context.agent ?? agentOf(attempt) };
      const request = { ...plan, idempotency_key: keyOf(attempt), context };
      return readPlan(
        await messaging.request(routes.executePlan, { tenant }, request, optionsOf(attempt, plan.deadline_ms)),
      );
    });
  };
}

const optionsOf = ({ traceparent, signal }: Attempt, deadline: number) => ({
  timeoutMs: deadline + graceMs,
  traceparent,
  signal,
});

/** The event's once and for all to this subscription; a replay's own only where the first is known to have had no effect. */
function keyOf({ subscription, view, replay, delivery }: Attempt): string {
  const key = `${view.event.id}-${subscription.id}`;
  return replay?.mayAct ? `${key}-${delivery}` : key;
}

const agentOf = ({ subscription }: Attempt) => `webhook ${subscription.id}`;

/** What a request fails with when no answer came, or nobody waited for it. */
const noAnswer: ReadonlySet<string> = new Set(['outcome_unknown', 'cancelled']);

/** Asks with what was filled in. No answer is no failure of the target: under its key, asking again tells what became of it. */
async function asked<Value>(
  { value, issues }: Filled<Value>,
  ask: (filled: Value) => Promise<AttemptOutcome>,
): Promise<AttemptOutcome> {
  if (issues.length > 0) return notFilled(issues);
  try {
    return await ask(value);
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    const { code, body } = error;
    const facts = { errorCode: code, message: body.message, retryAfterMs: body.retry_after_ms };
    if (body.retryable || noAnswer.has(code)) return failedOfOurs(body.message, facts);
    return outcomeOf({ outcome: 'refused', another: 'never', ...facts });
  }
}

function notFilled(issues: readonly Issue[]): AttemptOutcome {
  return outcomeOf({
    outcome: 'refused',
    another: 'never',
    errorCode: 'invalid_arguments',
    message: issues.map(({ path, message }) => `${path}: ${message}`).join('; '),
  });
}

function readResult({ status, error, execution_id }: ExecutionResult): AttemptOutcome {
  if (status === 'succeeded') return succeeded({ executionId: execution_id });
  return outcomeOf({ ...told(error), executionId: execution_id, ...judge(status, error) });
}

/** A plan counts as one call: what of it is open decides, and anything unknown keeps all of it from being repeated. */
function readPlan({ status, results, error }: PlanResult): AttemptOutcome {
  if (status === 'succeeded') return succeeded();
  const failed = results.filter((result) => result.status !== 'succeeded' && result.skipped === null);
  const worst =
    failed.find((result) => result.status === 'outcome_unknown') ??
    failed.find((result) => result.error?.retryable !== true) ??
    failed[0];
  if (status === 'outcome_unknown' || worst === undefined || worst.status === 'skipped')
    return outcomeOf({ ...told(error), ...judge(status === 'outcome_unknown' ? status : 'refused', error) });
  const message = `call '${worst.id}': ${worst.error?.message ?? worst.status}`;
  return outcomeOf({ ...told(worst.error), message, ...judge(worst.status, worst.error) });
}

/** Where nothing was sent because the tenant has to connect something first, the tenant may do so in time. */
const mendable: ReadonlySet<string> = new Set(['connection_missing', 'credential_expired']);

function judge(
  status: ExecutionResult['status'],
  error: ErrorBody | null,
): Pick<AttemptOutcome, 'outcome' | 'another'> {
  if (status === 'outcome_unknown') return { outcome: 'outcome_unknown', another: 'never' };
  const outcome = status === 'refused' ? 'refused' : 'failed';
  if (error === null) return { outcome, another: 'never' };
  const isOurs = error.retryable && (errorCatalogue[error.code].fault === 'operator' || error.code === 'in_progress');
  if (isOurs) return { outcome, another: 'ours' };
  const again = error.retryable || (status === 'refused' && mendable.has(error.code));
  return { outcome, another: again ? 'again' : 'never' };
}

function told(error: ErrorBody | null) {
  return {
    outcome: 'failed' as const,
    another: 'never' as const,
    errorCode: error?.code ?? null,
    message: error?.message ?? null,
    retryAfterMs: error?.retry_after_ms ?? null,
  };
}
