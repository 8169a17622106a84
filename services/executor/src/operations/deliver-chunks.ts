import {
  defaultStreamWindow,
  type ExecutionResult,
  maxStreamWindowBytes,
  type StreamChunk,
  type StreamCredit,
  type Untrusted,
} from '@patchbay/contracts';
import type { ExecuteOutcome, StreamSink } from '@patchbay/execution-engine';
import type { ChunkChannel, OpenChunks } from './ports.ts';

export interface DeliverySettings {
  readonly tenant: string;
  readonly executionId: string;
  /** The inbox that the request is answered at. */
  readonly replyTo: string;
  /** Chunks under way at once; the bytes under way are bounded by `maxStreamWindowBytes`. */
  readonly window?: number;
  /** Milliseconds a full window may stand before nobody is believed to take chunks any more. */
  readonly stallMs: number;
  /** Aborted when nobody takes chunks any more: ends a read, and lets a write finish unseen. */
  readonly abort: AbortController;
  /** Nothing is told before it; when it rejects, nothing at all. */
  readonly allowed: Promise<unknown>;
}

/** Why chunks are no longer sent. */
type Reason = 'caller_gone' | 'caller_cancelled' | 'no_credit' | 'cancelled' | 'not_recorded';

const sentences: Partial<Record<Reason, string>> = {
  caller_gone: 'The caller was no longer there to take the chunks.',
  caller_cancelled: 'The caller cancelled the stream.',
  no_credit: 'The caller took no chunks for too long.',
};

/**
 * Sends the items of a stream to whoever called, a window ahead of what the caller says it has used up. A full window stops
 * the engine, which then reads no more of the upstream: so a slow caller slows the upstream, and what waits here is one item.
 */
export class ChunkDelivery implements StreamSink {
  private readonly settings: DeliverySettings;
  private readonly window: number;
  private readonly channel: ChunkChannel;
  /** Sizes of the chunks under way, oldest first. */
  private underway: number[] = [];
  private bytes = 0;
  private sequence = 0;
  private acknowledged = 0;
  private stopped: Reason | null = null;
  private allowed = false;
  private waiting: { readonly go: () => void; readonly timer: NodeJS.Timeout } | null = null;

  constructor(chunks: OpenChunks, settings: DeliverySettings) {
    this.settings = settings;
    this.window = settings.window ?? defaultStreamWindow;
    this.channel = chunks.open(settings.tenant, settings.executionId, settings.replyTo, {
      credit: (credit) => this.onCredit(credit),
      gone: () => this.stop('caller_gone'),
    });
    settings.abort.signal.addEventListener('abort', () => this.stop('cancelled'), { once: true });
    if (settings.abort.signal.aborted) this.stop('cancelled');
    else this.send(0, null, null);
  }

  async deliver(item: unknown, untrusted: Untrusted | null = null): Promise<void> {
    if (!this.allowed) await this.askLeave();
    if (this.stopped !== null) return;
    const bytes = this.send(++this.sequence, item, untrusted);
    this.underway.push(bytes);
    this.bytes += bytes;
    if (!this.hasRoom()) await this.room();
  }

  /** The result with what the stream came to. */
  seal(result: ExecutionResult, { streamed }: Pick<ExecuteOutcome, 'streamed'>): ExecutionResult {
    const sealed = { ...result, stream: { chunks: this.sequence, cut_by: streamed.cutBy } };
    const { stopped } = this;
    if (stopped === null || result.error?.code !== 'cancelled') return sealed;
    const message = sentences[stopped] ?? result.error.message;
    return { ...sealed, error: { ...result.error, message, details: { ...result.error.details, reason: stopped } } };
  }

  /** Sends no more, and lets whoever waits for room go. */
  close(): void {
    this.stopped ??= 'cancelled';
    this.channel.close();
    this.wake();
  }

  private async askLeave(): Promise<void> {
    try {
      await this.settings.allowed;
      this.allowed = true;
    } catch {
      this.stop('not_recorded');
    }
  }

  private send(sequence: number, data: unknown, untrusted: Untrusted | null): number {
    const { executionId: execution_id } = this.settings;
    return this.channel.send({
      execution_id,
      sequence,
      data,
      ...(untrusted !== null && { untrusted }),
    } satisfies StreamChunk);
  }

  private onCredit({ acknowledged, cancel }: StreamCredit): void {
    if (cancel) return this.stop('caller_cancelled');
    // Said twice, or of what was never sent: nothing new.
    if (acknowledged <= this.acknowledged || acknowledged > this.sequence) return;
    for (const bytes of this.underway.splice(0, acknowledged - this.acknowledged)) this.bytes -= bytes;
    this.acknowledged = acknowledged;
    if (this.hasRoom()) this.wake();
  }

  private hasRoom(): boolean {
    return this.underway.length < this.window && (this.bytes < maxStreamWindowBytes || this.underway.length === 0);
  }

  private room(): Promise<void> {
    if (this.stopped !== null) return Promise.resolve();
    return new Promise((go) => {
      this.waiting = { go, timer: setTimeout(() => this.stop('no_credit'), this.settings.stallMs) };
    });
  }

  private stop(reason: Reason): void {
    if (this.stopped !== null) return;
    this.stopped = reason;
    this.settings.abort.abort();
    this.wake();
  }

  private wake(): void {
    const { waiting } = this;
    if (waiting === null) return;
    this.waiting = null;
    clearTimeout(waiting.timer);
    waiting.go();
  }
}
