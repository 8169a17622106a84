import type { Dispatcher } from 'undici';
import { BodyBuffer } from './body-buffer.ts';
import { reasonAfterSending } from './classify-error.ts';
import { encodingsOf } from './decode-body.ts';
import { contentTypeOf, encodedSlack } from './exchange.ts';
import type { Route } from './route.ts';
import { StreamDecoder } from './stream-decoder.ts';
import { type OnUnsent, Transfer } from './transfer.ts';
import type { EgressBody, EgressFailure, EgressStreamOutcome, EgressStreamRequest } from './types.ts';

const defaultBufferedBytes = 64 * 1024;

/** A transfer whose answer is read piece by piece, as fast as its reader takes it: a full buffer pauses the socket. */
export class StreamTransfer extends Transfer {
  readonly outcome: Promise<EgressStreamOutcome>;
  override readonly request: EgressStreamRequest;

  private resolve!: (outcome: EgressStreamOutcome) => void;
  private opened = false;
  /** Before the headers: their limit. After: silence in the body. */
  private watchdog: NodeJS.Timeout;
  private readonly buffer: BodyBuffer;
  private decoder: StreamDecoder | null = null;
  private maxRawBytes: number;
  private rawBytes = 0;

  constructor(
    request: EgressStreamRequest,
    route: Route,
    options: Dispatcher.DispatchOptions,
    startedAt: number,
    onUnsent: OnUnsent,
  ) {
    super(request, route, options, startedAt, onUnsent);
    this.request = request;
    this.maxRawBytes = request.maxResponseBytes;
    this.buffer = new BodyBuffer(request.maxBufferedBytes ?? defaultBufferedBytes, () => this.onRead());
    this.watchdog = setTimeout(() => this.fail('deadline_passed'), Math.max(0, request.headersBy - startedAt));
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  protected onFailed(failure: EgressFailure): void {
    this.stop();
    if (!this.opened) return this.resolve({ ok: false, failure });
    // What came before the upstream broke off is good; after a deadline or a cancel nobody wants it.
    this.buffer.fail(failure, failure.kind !== 'deadline' && failure.kind !== 'aborted');
  }

  onResponseStart(_controller: unknown, status: number, given: Record<string, string | string[] | undefined>): void {
    if (this.settled || status < 200) return;
    const headers = given as Record<string, string | string[]>;
    const encodings = encodingsOf(headers['content-encoding']);
    if (typeof encodings === 'string') return this.fail(encodings);
    const { maxResponseBytes, idleMs } = this.request;
    if (encodings.length > 0) {
      this.maxRawBytes = maxResponseBytes + encodedSlack;
      this.decoder = new StreamDecoder(encodings, maxResponseBytes, {
        onBytes: (bytes) => this.buffer.push(bytes),
        onEnd: () => this.finish(),
        onFailed: (reason) => this.fail(reason),
        onRoom: () => this.flow(),
      });
    }
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.fail('body_idle'), idleMs);
    this.opened = true;
    this.resolve({
      ok: true,
      response: { status, headers, contentType: contentTypeOf(headers), body: this.body() },
      timing: this.timing(),
    });
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.settled) return;
    this.rawBytes += chunk.byteLength;
    if (this.rawBytes > this.maxRawBytes) return this.fail('response_too_large');
    this.watchdog.refresh();
    const goesOn = this.decoder === null ? this.buffer.push(chunk) : this.decoder.write(chunk);
    if (goesOn || this.settled) return;
    // A reader that takes its time is not an upstream that is silent.
    clearTimeout(this.watchdog);
    this.controller?.pause();
  }

  onResponseEnd(): void {
    this.releaseLane();
    if (this.settled) return;
    clearTimeout(this.watchdog);
    if (this.decoder === null) this.finish();
    else this.decoder.end();
  }

  protected onBroken(error: Error): void {
    if (this.sent) return this.fail(reasonAfterSending(error, this.opened));
    this.onUnsent(this, error);
  }

  private body(): EgressBody {
    const { buffer } = this;
    return {
      read: () => buffer.read(),
      cancel: () => this.fail('cancelled'),
      get peakBufferedBytes() {
        return buffer.peakBytes;
      },
    };
  }

  private onRead(): void {
    if (this.decoder === null) this.flow();
    else this.decoder.release();
  }

  private flow(): void {
    if (this.settled || this.lane === null) return;
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.fail('body_idle'), this.request.idleMs);
    this.controller?.resume();
  }

  private finish(): void {
    if (this.settled) return;
    this.settle();
    this.stop();
    this.buffer.finish();
  }

  private stop(): void {
    clearTimeout(this.watchdog);
    this.decoder?.close();
  }
}
