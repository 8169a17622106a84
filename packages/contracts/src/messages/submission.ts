import { z } from 'zod';
import { ErrorBody } from '../errors.ts';
import { idPrefixes, idSchema, TenantId } from '../ids.ts';
import { ExecuteRequest, ExecutionResult } from './execution.ts';
import { PlanFinished, PlanRequest, PlanResult } from './plan.ts';

const hour = 3_600_000;
/** Longest time in which a submission may wait and be tried, in milliseconds: seven days, as the ledger is kept. */
export const maxSubmissionLifeMs = 168 * hour;

const noDryRun = { path: ['dry_run'], error: 'a dry run is not submitted' };
const oneBody = { error: 'give exactly one of execute and plan' };
const hasOneBody = ({ execute, plan }: { execute?: unknown; plan?: unknown }) =>
  (execute === undefined) !== (plan === undefined);

/**
 * `tools.v1.<tenant>.submit`: a call or a plan to be carried out later, without anybody waiting. The answer comes once the
 * stream `SUBMISSIONS` has it; from then on it is carried out at least once, and the ledger makes each call one effect.
 */
export const SubmitRequest = z
  .strictObject({
    /** Made by the caller (`newId('submission')`), so that submitting again after a lost answer is the same submission. */
    submission_id: idSchema('submission').optional(),
    /** Its `deadline_ms` is that of one try. Without an `idempotency_key` the submission's id is the key. */
    execute: ExecuteRequest.refine(({ dry_run }) => !dry_run, noDryRun).optional(),
    /**
     * In the place of `execute`. Its `deadline_ms` is that of one try, and without an `idempotency_key` the submission's id
     * is its key. Without a `plan_id` it is `planOfSubmission` of the submission's id.
     */
    plan: PlanRequest.refine(({ calls }) => calls.every(({ dry_run }) => !dry_run), noDryRun).optional(),
    /** Milliseconds from receipt after which it is no longer begun or tried again. Default one hour. */
    expires_in_ms: z.int().min(1).max(maxSubmissionLifeMs).default(hour),
    /** Milliseconds from receipt before which it is not begun. */
    delay_ms: z.int().min(0).max(maxSubmissionLifeMs).default(0),
  })
  .refine(hasOneBody, oneBody);
export type SubmitRequest = z.infer<typeof SubmitRequest>;

/** The id of a submitted plan that brought none: the submission's with the prefix of a plan, the same at every try. */
export function planOfSubmission(submissionId: string): string {
  return `${idPrefixes.plan}${submissionId.slice(idPrefixes.submission.length)}`;
}

/** The stream has it. Times are RFC 3339. */
export const SubmitResult = z.object({
  submission_id: idSchema('submission'),
  /** True when it had been accepted before. */
  duplicate: z.boolean(),
  expires_at: z.string(),
  /** Of a plan: what its events and a cancel call it. */
  plan_id: idSchema('plan').optional(),
});
export type SubmitResult = z.infer<typeof SubmitResult>;

/** `tools.v1.<tenant>.result` */
export const SubmissionResultRequest = z.strictObject({ submission_id: idSchema('submission') });
export type SubmissionResultRequest = z.infer<typeof SubmissionResultRequest>;

/**
 * `pending`: accepted, not finished. `done`: `result` is the answer. `dead_letter`: given up, `result` says why; an
 * operator may replay it. `unknown`: never accepted for this tenant, or finished longer ago than results are kept.
 */
export const SubmissionState = z.enum(['pending', 'done', 'dead_letter', 'unknown']);
export type SubmissionState = z.infer<typeof SubmissionState>;

export const SubmissionResult = z.object({
  submission_id: idSchema('submission'),
  state: SubmissionState,
  /** Null until a try has ended, and for a plan. */
  result: ExecutionResult.nullable(),
  /** Of a plan, once a try has ended. */
  plan: PlanResult.optional(),
  /** Tries begun so far. */
  tries: z.int().nonnegative(),
  accepted_at: z.string().nullable(),
  finished_at: z.string().nullable(),
});
export type SubmissionResult = z.infer<typeof SubmissionResult>;

/** `events.v1.<tenant>.submission.<id>.finished`, without the output, for the same reason as that of an execution. */
export const SubmissionFinished = z.object({
  submission_id: idSchema('submission'),
  state: SubmissionState,
  session: z.string().nullable(),
  /** Null for a plan. */
  result: ExecutionResult.omit({ output: true }).nullable(),
  plan: PlanFinished.omit({ session: true }).extend({ error: ErrorBody.nullable() }).optional(),
});
export type SubmissionFinished = z.infer<typeof SubmissionFinished>;

/** A message of stream `SUBMISSIONS`. The tenant is in its subject. Times are Unix milliseconds by the accepting executor's clock. */
export const StoredSubmission = z
  .object({
    submission_id: idSchema('submission'),
    execute: ExecuteRequest.optional(),
    plan: PlanRequest.optional(),
    accepted_at: z.number(),
    not_before: z.number(),
    expires_at: z.number(),
    /** Calls that were confirmed or approved when it was handed in: a plan's by their ids, `''` for the one call. */
    cleared: z.array(z.string()).optional(),
  })
  .refine(hasOneBody, oneBody);
export type StoredSubmission = z.infer<typeof StoredSubmission>;

/** `unreadable`: no submission. `expired`: its time was over. `exhausted`: every try failed, or ended the executor. */
export const DeadLetterReason = z.enum(['unreadable', 'expired', 'exhausted']);
export type DeadLetterReason = z.infer<typeof DeadLetterReason>;

/** A submission that was given up. */
export const DeadLetter = z.object({
  /** The submission's id; for what could not be read, `seq-` and its number in the stream. */
  id: z.string(),
  tenant: z.string(),
  reason: DeadLetterReason,
  error: ErrorBody,
  tries: z.int().nonnegative(),
  /** Null for a plan, and for what could not be read. */
  tool: z.string().nullable(),
  /** Of a plan: how many calls it has. */
  calls: z.int().positive().optional(),
  died_at: z.string(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** Names one dead letter. */
const DeadLetterName = z.strictObject({ tenant: TenantId, id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

/** `svc.executor.v1.deadletters.list`: newest first. */
export const ListDeadLettersRequest = z.strictObject({
  tenant: TenantId.optional(),
  limit: z.int().min(1).max(1_000).default(100),
});
export type ListDeadLettersRequest = z.infer<typeof ListDeadLettersRequest>;
export const ListDeadLettersResult = z.object({ dead_letters: z.array(DeadLetter), total: z.int() });
export type ListDeadLettersResult = z.infer<typeof ListDeadLettersResult>;

/** `svc.executor.v1.deadletters.show`. The payload may hold personal data: it is what the tenant submitted. */
export const ShowDeadLetterRequest = DeadLetterName;
export const ShowDeadLetterResult = z.object({
  dead_letter: DeadLetter,
  /** The message as text, as it lay in the stream. */
  payload: z.string(),
});
export type ShowDeadLetterResult = z.infer<typeof ShowDeadLetterResult>;

/** `svc.executor.v1.deadletters.replay`: back into the stream under the same id and key, with new time. */
export const ReplayDeadLetterRequest = DeadLetterName.extend({
  expires_in_ms: z.int().min(1).max(maxSubmissionLifeMs).default(hour),
});
export type ReplayDeadLetterRequest = z.infer<typeof ReplayDeadLetterRequest>;

/** `svc.executor.v1.deadletters.drop`: its payload goes for good; what the tenant picks up stays as it is. */
export const DropDeadLetterRequest = DeadLetterName;
export const DropDeadLetterResult = z.object({ dropped: DeadLetter });
export type DropDeadLetterResult = z.infer<typeof DropDeadLetterResult>;
