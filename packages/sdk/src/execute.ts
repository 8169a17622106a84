import {
  callerGone,
  defaultDeadlineMs,
  type ErrorBody,
  type ExecuteRequestInput,
  type ExecutionContext,
  type ExecutionResult,
  errorBody,
  type FailureOptions,
  newId,
  PatchbayError,
  routes,
} from '@patchbay/contracts';
import type { AgentTransport } from './agent-transport.ts';
import { startCallSpan } from './call-span.ts';
import type { Throttle } from './throttle.ts';

/** One tool call. */
export interface ToolCall {
  readonly tool: string;
  readonly arguments?: Record<string, unknown>;
  readonly version?: string;
  readonly connection?: string;
  /** The LLM's tool-call id: a repeat with it returns the first answer and never acts twice. */
  readonly idempotencyKey?: string;
  /** Milliseconds within which an answer must be here. Default 10,000. */
  readonly deadlineMs?: number;
  readonly dryRun?: boolean;
  /** The token of an earlier `confirmation_required` for the same call, once the person said yes: see `confirmationOf`. */
  readonly confirmation?: string;
  readonly context?: ExecutionContext;
  /** W3C traceparent of the caller's span. */
  readonly traceparent?: string;
  /** Cancels the call: a read is stopped, and a write that was not sent yet; one that was is finished, and nobody is told. */
  readonly signal?: AbortSignal;
}

/** An execution that did not succeed, for those who prefer exceptions. */
export class ExecutionError extends PatchbayError {
  readonly result: ExecutionResult;
  constructor(result: ExecutionResult) {
    const { code, ...error } = result.error ?? errorBody('internal');
    super(code, optionsOf(error));
    this.name = 'ExecutionError';
    this.result = result;
  }
}

function optionsOf({
  message,
  speakable,
  retryable,
  retry_after_ms,
  details,
}: Omit<ErrorBody, 'code'>): FailureOptions {
  return { message, speakable, retryable, retryAfterMs: retry_after_ms, details };
}

/** The failure that an answer told of, to be told of again. */
export function failureOf({ code, ...error }: ErrorBody): PatchbayError {
  return new PatchbayError(code, optionsOf(error));
}

/** Milliseconds of the deadline kept for the way there and back. */
export function transitMargin(deadlineMs: number): number {
  return Math.min(100, Math.max(2, deadlineMs * 0.05));
}

/** Milliseconds past the deadline in which an answer that was sent in time may still arrive. */
export const arrivalGraceMs = 40;

/** What an agent says once for all of its calls. */
export interface CallDefaults {
  readonly deadlineMs?: number;
  readonly context?: ExecutionContext;
}

/**
 * Sends one call and always answers within its deadline, with the executor's result or with one that says what is
 * known: `refused` when nothing can have been sent, `outcome_unknown` when no answer came.
 */
export async function executeCall(
  messaging: AgentTransport,
  tenant: string,
  call: ToolCall,
  defaults: CallDefaults,
  throttle: Throttle,
): Promise<ExecutionResult> {
  const started = performance.now();
  if (!throttle.mayCall(started)) return withoutAnswer(heldBack(throttle), call, 0);
  const deadlineMs = call.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs;
  const span = startCallSpan(call.tool);
  const traceparent = call.traceparent ?? span.traceparent;
  const request = requestOf(call, defaults);
  const result = await messaging
    .request(routes.executeTool, { tenant }, request, {
      timeoutMs: deadlineMs + arrivalGraceMs,
      presence: true,
      repeat: {
        body: (leftMs) => ({ ...request, repeat: true, deadline_ms: budgetOf(leftMs - arrivalGraceMs) }),
        settles: settlesCall,
      },
      ...(call.signal !== undefined && { signal: call.signal }),
      ...(traceparent !== undefined && { traceparent }),
    })
    .then((answer) => {
      const now = performance.now();
      // One with a reason of its own, such as a want of sockets to one upstream, says nothing of other calls.
      if (answer.error?.code === 'overloaded' && answer.error.details.reason === undefined)
        throttle.turnedAway(now, answer.error.retry_after_ms);
      else throttle.letIn(now);
      return answer;
    })
    .catch((error) => {
      if (call.signal?.aborted === true) withdraw(messaging, tenant, call);
      return withoutAnswer(error, call, performance.now() - started);
    });
  span.end(result);
  return result;
}

/**
 * Whether an answer says what the call came to. That a repeat of ours was refused says nothing of the first sending, and an executor
 * that found us gone while our connection was lost speaks of that alone.
 */
function settlesCall({ status, error }: ExecutionResult, repeat: boolean): boolean {
  return error?.details.reason !== callerGone && !(repeat && status === 'refused');
}

/** Has a call that nobody waits for stopped at once where it can be named; by its caller's absence it is a little later. */
function withdraw(messaging: AgentTransport, tenant: string, { idempotencyKey }: ToolCall): void {
  if (idempotencyKey === undefined) return;
  const target = { idempotency_key: idempotencyKey, reason: 'the caller left' };
  messaging.request(routes.cancelExecution, { tenant }, target).catch(() => {});
}

function heldBack({ retryAfterMs }: Throttle): PatchbayError {
  return new PatchbayError('overloaded', {
    message: 'The executors are turning calls away, so this one was not sent.',
    retryAfterMs,
    details: { reason: 'held_back' },
  });
}

/** What of a deadline the executor has, in milliseconds. */
function budgetOf(deadlineMs: number): number {
  return Math.max(1, Math.floor(deadlineMs - transitMargin(deadlineMs)));
}

/** The message that a call is sent as. */
export function requestOf(call: ToolCall, defaults: CallDefaults): ExecuteRequestInput {
  const deadlineMs = call.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs;
  return {
    tool: call.tool,
    arguments: call.arguments ?? {},
    deadline_ms: budgetOf(deadlineMs),
    context: { ...defaults.context, ...call.context },
    ...(call.version !== undefined && { version: call.version }),
    ...(call.connection !== undefined && { connection: call.connection }),
    ...(call.idempotencyKey !== undefined && { idempotency_key: call.idempotencyKey }),
    ...(call.dryRun !== undefined && { dry_run: call.dryRun }),
    ...(call.confirmation !== undefined && { confirmation: call.confirmation }),
  };
}

/** Failures after which the executor may have carried the call out all the same. */
const unknownWithout: ReadonlySet<string> = new Set(['deadline_exceeded', 'outcome_unknown', 'internal', 'cancelled']);

/** What is known of a call when no answer came. */
export function withoutAnswer(error: unknown, call: ToolCall, elapsedMs: number): ExecutionResult {
  const failure = error instanceof PatchbayError ? error : new PatchbayError('internal', { cause: error });
  // No answer in time says nothing about the effect. The same key asks again without acting twice.
  const unknown = unknownWithout.has(failure.code);
  const hint =
    call.idempotencyKey === undefined
      ? 'Look the result up before trying again.'
      : 'Ask again with the same idempotency key.';
  return {
    execution_id: newId('execution'),
    status: unknown ? 'outcome_unknown' : 'refused',
    output: null,
    error: unknown ? errorBody('outcome_unknown', { message: `${failure.message} ${hint}` }) : failure.body,
    truncated: false,
    tokens: 0,
    replayed: false,
    attempts: 0,
    tool: call.tool,
    version: call.version ?? null,
    timing: { total_ms: elapsedMs, upstream_ms: 0, overhead_ms: elapsedMs },
  };
}
