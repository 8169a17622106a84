import type { Credential, ErrorBody, ExecutionContext, PatchbayError, Untrusted } from '@patchbay/contracts';
import type { Egress } from '@patchbay/egress';
import type { McpCaller } from '@patchbay/mcp-client';
import type { AttemptStart, AttemptWatch } from './attempts/attempt-watch.ts';
import type { CircuitOptions } from './breaker/circuit.ts';
import type { BreakerState, CircuitChange, CircuitView } from './breaker/upstream-health.ts';
import type { PreparedTool } from './prepare/prepared-tool.ts';
import type { RequestPreview } from './request/preview-request.ts';
import type { StreamedSoFar, StreamSink } from './streaming/stream-sink.ts';
import type { Transform } from './transform/transform.ts';

/** One execution. */
export interface ExecuteInput {
  readonly prepared: PreparedTool;
  readonly tenant: string;
  /** Already found good by `prepared.validateArguments`; never changed here. */
  readonly arguments: Record<string, unknown>;
  /** Connection id, for what an upstream says about one connection's share of it. Left out for tools that need none. */
  readonly connection?: string;
  /** `null` for tools that need none. */
  readonly credential: Credential | null;
  /** The connection's values for `{variables}`. */
  readonly variables: Record<string, string>;
  /** `performance.now()` milliseconds. Every wait and attempt fits inside; the answer comes at most 50 ms later. */
  readonly deadlineAt: number;
  /** Aborts reads at the socket and whatever has not been sent; a write under way is finished. */
  readonly signal?: AbortSignal;
  readonly idempotencyKey: string | null;
  /** Asked once, when the upstream refuses the credential of a call that may be repeated. `null`: there is no other. */
  readonly refreshCredential?: (reason: 'unauthorized') => Promise<Credential | null>;
  /** Called before each attempt; may answer with what follows it to its end. Must not throw. */
  readonly onAttempt?: (attempt: AttemptStart) => AttemptWatch | undefined;
  /** Digest of the canonical arguments. Without it an answer is neither kept nor shared. */
  readonly argumentsDigest?: string;
  /** Waits for room under the rate limits, for tools that cache: asked only when a call is made. Throws a PatchbayError. */
  readonly admit?: () => Promise<void>;
  /** W3C trace context, passed on to the upstream. */
  readonly traceparent?: string;
  /** What the caller says of itself, for `x-from: caller.…`. Trusted for nothing. */
  readonly caller?: ExecutionContext;
  /** Asked before each further page: `null` when it may be read now, else milliseconds until it may. */
  readonly admitPage?: () => Promise<number | null>;
  /** Takes the items of a streamed answer as they come. Left out: only the final result is wanted. */
  readonly stream?: StreamSink;
}

export interface ExecuteOutcome {
  /** `refused`: nothing was sent. `outcome_unknown`: something was, and whether it had its effect is not known. */
  readonly status: 'succeeded' | 'failed' | 'refused' | 'cancelled' | 'outcome_unknown';
  /** The shaped answer; `null` unless succeeded. */
  readonly output: unknown;
  readonly error: ErrorBody | null;
  /** HTTP attempts made. */
  readonly attempts: number;
  /** Milliseconds spent waiting for the upstream, over all attempts. */
  readonly upstreamMs: number;
  /** Status of the last response, `null` when there was none. */
  readonly upstreamStatus: number | null;
  /** Whether the output says less than the picked answer did. */
  readonly truncated: boolean;
  /** The answer is that of another execution: of one a while ago, or of one that was under way. */
  readonly cached?: boolean;
  /** Pages are missing for a reason of this execution's own (its deadline, its rate limit, a page that failed). */
  readonly cutShort?: boolean;
  readonly streamed: StreamedSoFar;
  /** What is suspicious about what the upstream sent; left out: nothing. */
  readonly untrusted?: Untrusted;
}

/** Carries out prepared tools. One per process: it holds the circuits, retry budgets latency estimates and pauses. */
export interface Engine {
  /** Never rejects for anything that the arguments, the credential or the upstream can do. */
  execute(input: ExecuteInput): Promise<ExecuteOutcome>;
  /**
   * Why the tool cannot be expected to answer by then, going by what it usually takes, or null. Asked before anything is
   * reserved for an execution. Now and then the answer is null against the estimate, so that a quicker upstream is noticed.
   */
  foresee(prepared: PreparedTool, deadlineAt: number): PatchbayError | null;
  /** The request without its credential; nothing is sent. Throws a PatchbayError as a build does. */
  previewRequest(
    input: Pick<ExecuteInput, 'prepared' | 'tenant' | 'arguments' | 'variables' | 'idempotencyKey' | 'caller'>,
  ): RequestPreview;
  breakerState(tenant: string, host: string): BreakerState;
  /** Every circuit that exists: those of hosts that failed since they were last forgotten. */
  circuits(): readonly CircuitView[];
  /** Forgets what was read over a connection: it was revoked, or written to elsewhere (`integration`). Null: over any. */
  forgetReads(tenant: string, connection: string | null, integration?: string): void;
  /** Takes what another process says of a circuit as a hint; see `EngineOptions.onCircuitChange`. */
  hearCircuit(change: CircuitChange): void;
  close(): void;
}

export interface EngineOptions {
  readonly egress: Pick<Egress, 'send' | 'open'>;
  /** Calls tools at MCP servers. Left out: such tools are refused. */
  readonly mcp?: Pick<McpCaller, 'call'>;
  /** Uniform in [0, 1). Default Math.random. */
  readonly random?: () => number;
  /** Milliseconds on the clock of `deadlineAt`. Default performance.now. */
  readonly now?: () => number;
  /** Unix milliseconds, for `clock.now` and dates in `Retry-After`. Default Date.now. */
  readonly wallClock?: () => number;
  /** Resolves after `ms`, or when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Most bytes read of one response. Default 2 MiB, or four times the tool's `max_bytes` where that is more. */
  readonly maxResponseBytes?: number;
  /** Evaluates transforms. Default: worker threads of its own, the first started by the first tool that has one. */
  readonly transform?: Transform;
  readonly circuit?: Partial<CircuitOptions>;
  /** A circuit of a host, or of a tenant's 5xx at it, changed its state by what this process saw; for the others' `hearCircuit`. Must not throw. */
  readonly onCircuitChange?: (change: CircuitChange) => void;
}
