import {
  defaultDeadlineMs,
  defaultStreamWindow,
  type ExecuteRequestInput,
  ExecutionResult,
  PatchbayError,
  routes,
  StreamChunk,
  signals,
} from '@patchbay/contracts';
import type { Subscription } from '@patchbay/messaging';
import type { AgentTransport } from './agent-transport.ts';
import { type CallSpan, startCallSpan } from './call-span.ts';
import { type Chunk, ChunkSequence } from './chunk-sequence.ts';
import {
  arrivalGraceMs,
  type CallDefaults,
  ExecutionError,
  requestOf,
  type ToolCall,
  withoutAnswer,
} from './execute.ts';

export type { Chunk } from './chunk-sequence.ts';

/** A call whose answer is taken as it comes. */
export interface StreamCall extends ToolCall {
  /** Chunks that may be under way before the first is taken. 1 to 1,024, default 64. */
  readonly window?: number;
}

/**
 * A streamed answer. Taking chunks slowly slows the upstream. Leaving the loop cancels the call.
 *
 * ```ts
 * const stream = agent.stream('llm_complete', { prompt });
 * for await (const { data } of stream) say(data);
 * const { output } = await stream.result;
 * ```
 */
export interface ToolStream extends AsyncIterable<Chunk> {
  /**
   * The chunks, once. After the last one, throws an `ExecutionError` unless the execution succeeded, and a `PatchbayError`
   * `chunk_lost` when a chunk did not arrive.
   */
  [Symbol.asyncIterator](): AsyncIterator<Chunk, undefined>;
  /** The final result; never rejects. It comes after the chunks, so take those. */
  readonly result: Promise<ExecutionResult>;
  cancel(): void;
}

/** Bytes taken after which a credit is sent, whatever the window. */
const creditBytes = 131_072;
/** Milliseconds after which a credit is said again, in case it was lost with a connection. */
const repeatMs = 1_000;

export function streamCall(
  messaging: AgentTransport,
  tenant: string,
  call: StreamCall,
  defaults: CallDefaults,
): ToolStream {
  return new OpenStream(messaging, tenant, call, defaults);
}

class OpenStream implements ToolStream, AsyncIterator<Chunk, undefined> {
  readonly result: Promise<ExecutionResult>;
  private readonly messaging: AgentTransport;
  private readonly tenant: string;
  private readonly window: number;
  private readonly chunks = new ChunkSequence();
  private readonly subscription: Subscription;
  private readonly repeating: ReturnType<typeof setInterval>;
  private readonly signal: AbortSignal | undefined;
  private executionId: string | null = null;
  private credited = 0;
  private creditedBytes = 0;
  private cancelled = false;
  private ended: ExecutionResult | null = null;
  private left = false;
  private wake: (() => void) | null = null;
  private readonly span: CallSpan;
  /** What is known of the call when no answer came. */
  private readonly unanswered: (failure: PatchbayError) => ExecutionResult;
  private finish!: (result: ExecutionResult) => void;

  constructor(messaging: AgentTransport, tenant: string, call: StreamCall, defaults: CallDefaults) {
    this.messaging = messaging;
    this.tenant = tenant;
    this.window = call.window ?? defaultStreamWindow;
    this.signal = call.signal;
    this.result = new Promise((resolve) => {
      this.finish = resolve;
    });
    const started = performance.now();
    this.unanswered = (failure) => ({
      ...withoutAnswer(failure, call, performance.now() - started),
      // The first message told it: what the audit log knows of the execution can be looked up.
      ...(this.executionId !== null && { execution_id: this.executionId }),
    });
    this.span = startCallSpan(call.tool);
    const traceparent = call.traceparent ?? this.span.traceparent;
    const request: ExecuteRequestInput = {
      ...requestOf(call, defaults),
      stream: true,
      ...(call.window !== undefined && { stream_window: call.window }),
    };
    this.subscription = messaging.requestStream(routes.executeTool, { tenant }, request, {
      timeoutMs: (call.deadlineMs ?? defaults.deadlineMs ?? defaultDeadlineMs) + arrivalGraceMs,
      ...(traceparent !== undefined && { traceparent }),
      onMessage: (message, bytes) => this.onMessage(message, bytes),
      onFailure: (failure) => this.end(this.unanswered(failure)),
    });
    this.repeating = setInterval(() => this.credit(true), repeatMs);
    // Where timers keep a process going, this one does not.
    (this.repeating as { unref?(): void }).unref?.();
    this.signal?.addEventListener('abort', this.cancel, { once: true });
    if (this.signal?.aborted === true) this.cancel();
  }

  readonly cancel = (): void => {
    if (this.ended !== null || this.cancelled) return;
    this.cancelled = true;
    // Before the first message there is no execution to name yet.
    if (this.executionId !== null) this.sendCancel(this.executionId);
  };

  [Symbol.asyncIterator](): AsyncIterator<Chunk, undefined> {
    return this;
  }

  async next(): Promise<IteratorResult<Chunk, undefined>> {
    for (;;) {
      if (this.left) return { done: true, value: undefined };
      const chunk = this.chunks.take();
      if (chunk !== null) {
        this.credit(false);
        return { done: false, value: chunk };
      }
      this.throwWhatEndedIt();
      if (this.ended !== null) return this.return();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Chunk, undefined>> {
    this.left = true;
    this.cancel();
    return { done: true, value: undefined };
  }

  private throwWhatEndedIt(): void {
    const { lost } = this.chunks;
    const failed = this.ended !== null && this.ended.status !== 'succeeded';
    // A loss makes us cancel, so it is the loss that counts, not the cancel.
    if (lost === null && !failed) return;
    this.left = true;
    throw lost ?? new ExecutionError(this.ended as ExecutionResult);
  }

  private onMessage(message: unknown, bytes: number): void {
    // Only a chunk has a sequence.
    const chunk = StreamChunk.safeParse(message);
    if (!chunk.success) return this.onResult(message);
    const { execution_id: executionId, sequence, data } = chunk.data;
    if (this.executionId === null) {
      this.executionId = executionId;
      if (this.cancelled) this.sendCancel(executionId);
    }
    if (executionId !== this.executionId || sequence === 0) return;
    if (this.left) return;
    this.chunks.add({ sequence, data }, bytes);
    if (this.chunks.lost !== null) this.cancel();
    this.wakeUp();
  }

  private onResult(message: unknown): void {
    const result = ExecutionResult.safeParse(message);
    if (result.success) return this.end(result.data);
    const failure = new PatchbayError('internal', { message: 'A message of the stream does not follow its contract.' });
    this.end(this.unanswered(failure));
  }

  private end(result: ExecutionResult): void {
    if (this.ended !== null) return;
    this.ended = result;
    // An answer out of the ledger tells of chunks that went to an earlier caller.
    if (!result.replayed && !this.left) this.chunks.end(result.stream?.chunks ?? 0);
    this.subscription.unsubscribe();
    clearInterval(this.repeating);
    this.signal?.removeEventListener('abort', this.cancel);
    this.span.end(result);
    this.finish(result);
    this.wakeUp();
  }

  /** Says what was taken, when it is a good part of the window, when nothing else is there, or again. */
  private credit(again: boolean): void {
    const { taken, takenBytes, received } = this.chunks;
    if (this.executionId === null || this.ended !== null || this.cancelled) return;
    const enough = taken - this.credited >= this.window / 4 || takenBytes - this.creditedBytes >= creditBytes;
    if (!enough && !again && !(taken === received && taken > this.credited)) return;
    this.credited = taken;
    this.creditedBytes = takenBytes;
    this.messaging.sendSignal(signals.streamCredit, this.place(this.executionId), { acknowledged: taken });
  }

  private sendCancel(executionId: string): void {
    const credit = { acknowledged: this.chunks.taken, cancel: true };
    this.messaging.sendSignal(signals.streamCredit, this.place(executionId), credit);
  }

  private place(execution: string): { tenant: string; execution: string } {
    return { tenant: this.tenant, execution };
  }

  private wakeUp(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }
}
