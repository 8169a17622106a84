import { z } from 'zod';
import { ErrorBody } from '../errors.ts';
import { idSchema, ToolName, Version } from '../ids.ts';
import { defaultDeadlineMs, ExecutionContext, ExecutionResult, ExecutionStatus, maxDeadlineMs } from './execution.ts';

/** Most calls of one plan. The whole request must fit one message, as must the answer. */
export const maxPlanCalls = 64;

/** Names a call within its plan, in references and in `when`; a model's tool-call id will do. */
export const PlanCallId = z.string().regex(/^(?!(?:constructor|prototype)$)[A-Za-z][A-Za-z0-9_-]{0,63}$/, {
  error: 'expected a call id: a letter, then letters, digits, underscores or hyphens, at most 64 characters',
});

/**
 * What a call that did not succeed means for others. `stop`: nothing new starts, and what has not begun is skipped. `skip`:
 * the calls that depend on it are skipped. `continue`: they run; a reference to its output gives its default, or fails.
 */
export const OnError = z.enum(['stop', 'skip', 'continue']);
export type OnError = z.infer<typeof OnError>;

/** One tool call of a plan. Fields without a word here are those of an execute request. */
export const PlanCall = z.strictObject({
  id: PlanCallId,
  tool: ToolName,
  version: Version.optional(),
  /**
   * Anywhere in it, `{"$from": "lookup", "path": "contact.id", "default": null}` stands for a value of another call's
   * output, and makes this call wait for that one. `path` is a data path (`a.b`, `items[0].id`, `items[].id`); left out, it
   * is the whole output. With `default` a missing value is that; without, the call is refused with `invalid_arguments`.
   * `{"$literal": …}` stands for what is in it, references and all, so that data may have a key named `$from`.
   */
  arguments: z.record(z.string(), z.unknown()).default({}),
  connection: idSchema('connection').optional(),
  /** Default: made of the plan's key and the call's id; none when the plan has none. */
  idempotency_key: z.string().min(1).max(256).optional(),
  /** Milliseconds from the plan's receipt. The plan's own deadline holds too. */
  deadline_ms: z.int().min(1).max(maxDeadlineMs).optional(),
  /** Calls that must have ended before this one begins, beyond those that its references and `when` name. */
  depends_on: z.array(PlanCallId).max(maxPlanCalls).default([]),
  /**
   * A condition in the grammar of error rules over `{ <call id>: { status, output, error } }`, such as
   * `lookup.status = 'succeeded' and not exists(lookup.output.contact.email)`. It makes this call wait for those it names,
   * however they end. When it does not hold the call is skipped.
   */
  when: z.string().min(1).max(1_000).optional(),
  on_error: OnError.default('skip'),
  dry_run: z.boolean().default(false),
  confirmation: z.string().min(1).max(512).optional(),
});
export type PlanCall = z.infer<typeof PlanCall>;

/** `tools.v1.<tenant>.plan`: several calls, parallel and dependent. All that need not wait start at once. */
export const PlanRequest = z.strictObject({
  /** Omitted: made up. One of the caller's own lets it follow and cancel the plan from the start. */
  plan_id: idSchema('plan').optional(),
  calls: z.array(PlanCall).min(1).max(maxPlanCalls),
  /** Milliseconds from receipt within which the answer must be back, with a result for every call. */
  deadline_ms: z.int().min(1).max(maxDeadlineMs).default(defaultDeadlineMs),
  /** Calls under way at once. Omitted: as many as can be. */
  concurrency: z.int().min(1).max(maxPlanCalls).optional(),
  /** `per_connection`: calls that are not reads reach one connection one after another, in the order asked. */
  order: z.enum(['any', 'per_connection']).default('any'),
  /** A repeat of the plan with it answers every call from its first time, reads too, and has no second effect. */
  idempotency_key: z.string().min(1).max(190).optional(),
  context: ExecutionContext.default({}),
});
export type PlanRequest = z.infer<typeof PlanRequest>;
export type PlanRequestInput = z.input<typeof PlanRequest>;

/** Why a call never began. */
export const PlanSkip = z.object({
  /** `condition`: its `when` does not hold. `dependency`: a call it depends on did not succeed. `stopped`: a call failed that stops the plan. */
  reason: z.enum(['condition', 'dependency', 'stopped']),
  /** The call that is the cause; null for `condition`. */
  call: PlanCallId.nullable(),
});
export type PlanSkip = z.infer<typeof PlanSkip>;

export const PlanCallStatus = z.enum([...ExecutionStatus.options, 'skipped']);
export type PlanCallStatus = z.infer<typeof PlanCallStatus>;

/** What a call came to: an execution's result, or why there was none. */
export const PlanCallResult = ExecutionResult.extend({
  id: PlanCallId,
  status: PlanCallStatus,
  /** Null when the call never became an execution. */
  execution_id: idSchema('execution').nullable(),
  skipped: PlanSkip.nullable().default(null),
  /** Milliseconds from the plan's receipt to the call's start; null when it never began. `timing` counts from there. */
  started_ms: z.number().nullable(),
  /** True when `output` is null only because the whole answer would not fit a message. The call's status stands. */
  output_left_out: z.boolean().default(false),
});
export type PlanCallResult = z.infer<typeof PlanCallResult>;

/**
 * `succeeded`: every call did, or was skipped by its own condition. `partial`: some did. `failed`: none did. `refused`: the
 * plan is not valid and nothing ran. `cancelled`: it was stopped. `outcome_unknown`: no answer came; the asking side says so.
 */
export const PlanStatus = z.enum(['succeeded', 'partial', 'failed', 'refused', 'cancelled', 'outcome_unknown']);
export type PlanStatus = z.infer<typeof PlanStatus>;

/** How many calls have each status. */
export const PlanCounts = z.partialRecord(PlanCallStatus, z.int().positive());
export type PlanCounts = z.infer<typeof PlanCounts>;

/** `total_ms` is from receipt to answer; `calls_ms` is what the calls took added up, as if one after another. */
export const PlanTiming = z.object({ total_ms: z.number(), calls_ms: z.number() });

/** The answer to a plan. */
export const PlanResult = z.object({
  plan_id: idSchema('plan'),
  status: PlanStatus,
  /** One for each call, in the order asked. Empty only when the request could not be read. */
  results: z.array(PlanCallResult),
  counts: PlanCounts,
  /** What is wrong with the plan as a whole; what is wrong with a call is in its result. */
  error: ErrorBody.nullable(),
  timing: PlanTiming,
});
export type PlanResult = z.infer<typeof PlanResult>;

/** `events.v1.<tenant>.plan.<id>.progress`: a call began or ended. Without outputs: every agent of the tenant may listen. */
export const PlanProgress = z.object({
  plan_id: idSchema('plan'),
  session: z.string().nullable(),
  call: PlanCallId,
  tool: z.string(),
  /** 1 for calls that wait for none, else one more than the highest level waited for. */
  level: z.int().positive(),
  status: z.enum(['started', ...PlanCallStatus.options]),
  execution_id: idSchema('execution').nullable(),
  error_code: z.string().nullable(),
  skipped: PlanSkip.nullable(),
  /** Milliseconds since the plan's receipt. */
  elapsed_ms: z.number(),
  /** Calls that have ended, and all there are. */
  ended: z.int(),
  total: z.int(),
});
export type PlanProgress = z.infer<typeof PlanProgress>;

/** `events.v1.<tenant>.plan.<id>.finished`. */
export const PlanFinished = z.object({
  plan_id: idSchema('plan'),
  session: z.string().nullable(),
  status: PlanStatus,
  counts: PlanCounts,
  timing: PlanTiming,
});
export type PlanFinished = z.infer<typeof PlanFinished>;
