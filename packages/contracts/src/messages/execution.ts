import { z } from 'zod';
import { ErrorBody } from '../errors.ts';
import { idSchema, ToolName, Version } from '../ids.ts';
import { Role } from './identity.ts';
import { PrivacyNote } from './privacy-policy.ts';
import { maxStreamWindow, StreamSummary } from './stream.ts';
import { Untrusted } from './untrusted.ts';

/** Longest deadline a caller may ask for, and what an omitted one becomes, in milliseconds. */
export const maxDeadlineMs = 120_000;
export const defaultDeadlineMs = 10_000;

/** Largest message any endpoint accepts, in bytes. A larger one is answered with `invalid_request`. */
export const maxMessageBytes = 1_048_576;

/** Who came in by the gateway, as its key or token says. */
export const CallerPrincipal = z.strictObject({
  kind: z.enum(['key', 'jwt']),
  /** The key's id, or the token's subject. */
  id: z.string().min(1).max(256),
  role: Role,
});
export type CallerPrincipal = z.infer<typeof CallerPrincipal>;

/**
 * What an agent says of its conversation, for policies: `{ verified: true, channel: 'phone' }`. A policy that relies on it
 * relies on the agent.
 */
export const SessionAttributes = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,39}$/),
    z.union([z.string().max(256), z.int().min(-9e15).max(9e15), z.boolean()]),
  )
  .refine((attributes) => Object.keys(attributes).length <= 16, { error: 'at most 16 attributes' });

/** Who is asking, for policy, audit and cancellation. None of it is trusted for the tenant: the subject is. */
export const ExecutionContext = z.strictObject({
  agent: z.string().min(1).max(128).optional(),
  /** One conversation. `cancel` can name it. */
  session: z.string().min(1).max(128).optional(),
  /** For whom: `phone:+1555…`, `email:…`, `id:…`, or without a kind. The audit log has a token in its place. */
  end_user: z.string().min(1).max(256).optional(),
  attributes: SessionAttributes.optional(),
  /** Set by the gateway, and believed from no one else: what comes over the tenant's own subjects loses it. */
  principal: CallerPrincipal.optional(),
});
export type ExecutionContext = z.infer<typeof ExecutionContext>;

/** `tools.v1.<tenant>.execute`: one tool call. */
export const ExecuteRequest = z.strictObject({
  tool: ToolName,
  /** Omitted: the tenant's pin, else the latest version. */
  version: Version.optional(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  /** Omitted: the tenant's default connection for the integration. */
  connection: idSchema('connection').optional(),
  /**
   * The LLM's tool-call id. For tools that are not reads, the same key with the same arguments returns the first answer
   * and has no second effect; with other arguments it is refused. Reads run each time. Omitted: a repeat is a new call;
   * upstreams that take a key get one made up, so that our own retries act once there.
   */
  idempotency_key: z.string().min(1).max(256).optional(),
  /** Milliseconds from receipt within which the answer must be back, every wait and attempt included. */
  deadline_ms: z.int().min(1).max(maxDeadlineMs).default(defaultDeadlineMs),
  /**
   * Deliver a streamed answer as it comes: `StreamChunk` messages on the reply subject, then the result there too. A tool
   * whose answer does not stream gives its result alone.
   */
  stream: z.boolean().default(false),
  /** Chunks that may be under way before the caller acknowledged any. Omitted: 64. */
  stream_window: z.int().min(1).max(maxStreamWindow).optional(),
  /** Check everything and build the request, but send nothing. `output` is the request without its credential. */
  dry_run: z.boolean().default(false),
  /** The token of an earlier `confirmation_required` for the same call, once the person said yes. */
  confirmation: z.string().min(1).max(512).optional(),
  context: ExecutionContext.default({}),
  /**
   * It was sent before, and whoever took it gives no sign of life any more. A read is carried out; a write with a key is answered
   * from the ledger, or carried on where that is safe; a write without one is refused as `in_progress`, for it may have acted.
   */
  repeat: z.boolean().optional(),
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;
export type ExecuteRequestInput = z.input<typeof ExecuteRequest>;

export const ExecutionStatus = z.enum(['succeeded', 'failed', 'refused', 'cancelled', 'outcome_unknown']);
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

/** Milliseconds, to a tenth or finer. `overhead_ms` is ours: total less upstream. */
export const ExecutionTiming = z.object({ total_ms: z.number(), upstream_ms: z.number(), overhead_ms: z.number() });
export type ExecutionTiming = z.infer<typeof ExecutionTiming>;

/** The answer to an execute request. `refused` means nothing was sent upstream. */
export const ExecutionResult = z.object({
  execution_id: idSchema('execution'),
  status: ExecutionStatus,
  output: z.unknown(),
  error: ErrorBody.nullable(),
  /** Whether the output says less than the upstream's picked answer did; `_truncated` inside it says what is left out. */
  truncated: z.boolean().default(false),
  /** About how many tokens of a language model the output takes, or the error where there is no output. See `estimateTokens`. */
  tokens: z.int().nonnegative().default(0),
  /** True when this is the stored answer of an earlier execution with the same idempotency key. */
  replayed: z.boolean(),
  /** Present and true when another execution's answer served: a kept one, or that of the same read under way. */
  cached: z.boolean().optional(),
  /** Present and true when the tool's probe found what became of a call whose answer was lost; the output is what it read. */
  probed: z.boolean().optional(),
  /** HTTP attempts made. */
  attempts: z.int().nonnegative(),
  tool: z.string().nullable(),
  version: z.string().nullable(),
  timing: ExecutionTiming,
  /** Only when something in the output is suspicious: it is to be read as data, and instructs nobody. */
  untrusted: Untrusted.optional(),
  /** Only when the tenant's privacy policy changed something of the output. */
  privacy: PrivacyNote.optional(),
  /** Only when the call asked for a stream, and the answer was one. */
  stream: StreamSummary.optional(),
});
export type ExecutionResult = z.infer<typeof ExecutionResult>;

/** `details.reason` of a read that was stopped since its caller was not to be found any more. */
export const callerGone = 'caller_gone';

/** `tools.v1.<tenant>.cancel`: exactly one of the four names what to stop. */
export const CancelRequest = z
  .strictObject({
    execution_id: idSchema('execution').optional(),
    /** All of a plan: its calls under way, and those that have not begun. */
    plan_id: idSchema('plan').optional(),
    /** Of an execution or of a plan. */
    idempotency_key: z.string().min(1).max(256).optional(),
    session: z.string().min(1).max(128).optional(),
    reason: z.string().max(256).optional(),
  })
  .refine(
    ({ execution_id, plan_id, idempotency_key, session }) =>
      [execution_id, plan_id, idempotency_key, session].filter(Boolean).length === 1,
    { error: 'name exactly one of execution_id, plan_id, idempotency_key and session' },
  );
export type CancelRequest = z.infer<typeof CancelRequest>;

/** What became of each execution the cancel matched; empty when none was running. */
export const CancelResult = z.object({
  cancelled: z.array(
    z.object({
      execution_id: idSchema('execution'),
      /** `aborted`: stopped without an effect. `finishing`: a write already sent; its result is kept under its key. */
      effect: z.enum(['aborted', 'finishing']),
    }),
  ),
  /** Plans that were stopped, with how many of their calls had not begun and never will. Absent when there were none. */
  plans: z.array(z.object({ plan_id: idSchema('plan'), not_begun: z.int().nonnegative() })).optional(),
});
export type CancelResult = z.infer<typeof CancelResult>;

/** `svc.executor.v1.cancel`: the same, between executors, with the tenant that the public subject proved. */
export const CancelBroadcast = z.object({ tenant: z.string(), request: CancelRequest });
export type CancelBroadcast = z.infer<typeof CancelBroadcast>;

/** What each executor answers to it, also when it stopped nothing, with the `process` that it calls itself in `ProcessAlive`. */
export const CancelBroadcastAnswer = CancelResult.extend({ process: z.string().max(128) });
export type CancelBroadcastAnswer = z.infer<typeof CancelBroadcastAnswer>;

/**
 * `events.v1.<tenant>.execution.<id>.finished`. Without the output: it went to whoever asked, and every agent of the
 * tenant may listen here.
 */
export const ExecutionFinished = z.object({
  execution_id: idSchema('execution'),
  session: z.string().nullable(),
  result: ExecutionResult.omit({ output: true }),
});
export type ExecutionFinished = z.infer<typeof ExecutionFinished>;
