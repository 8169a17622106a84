import type { Dispatcher } from 'undici';
import { reasonAfterSending } from './classify-error.ts';
import { decodeBody, type Encoding, encodingsOf } from './decode-body.ts';
import { failureOf, type Reason } from './reasons.ts';
import type { Route } from './route.ts';
import type { Lane, LaneHandler } from './socket-pool.ts';
import type { EgressOutcome, EgressRequest } from './types.ts';

/** Told when a dispatch failed with nothing sent; dispatches the exchange again or fails it. */
export type OnUnsent = (exchange: Exchange, error: Error) => void;

/** Thrown out of `onRequestStart`: undici then drops the request without writing a byte and keeps the socket. */
const dropped = new Error('dropped before it was written');
const aborted = new Error('aborted');

/** Encoded bytes allowed beyond the decoded limit: what framing adds to data that does not compress. */
const encodedSlack = 64 * 1024;
/** setTimeout's ceiling. */
const maxTimeoutMs = 0x7fff_ffff;

/**
 * One request on its way through undici, as a dispatch handler. undici calls `onRequestStart` right before it writes the
 * first byte, in the same turn, so until then nothing has left and from then on something may have: that is `sent`.
 */
export class Exchange implements LaneHandler {
  readonly outcome: Promise<EgressOutcome>;
  readonly request: EgressRequest;
  readonly route: Route;
  readonly options: Dispatcher.DispatchOptions;
  lane: Lane | null = null;
  sent = false;
  settled = false;
  /** How often it was dispatched again, and the address it was last dispatched to: for whoever redials. */
  redials = 0;
  address = '';

  private readonly startedAt: number;
  private readonly onUnsent: OnUnsent;
  private readonly timer: NodeJS.Timeout;
  private settle!: (outcome: EgressOutcome) => void;
  private controller: Dispatcher.DispatchController | null = null;
  private writtenAt = 0;
  private status = 0;
  private headers: Record<string, string | string[]> = {};
  private encodings: readonly Encoding[] = [];
  private maxRawBytes: number;
  private rawBytes = 0;
  private firstChunk: Uint8Array | null = null;
  private furtherChunks: Uint8Array[] | null = null;

  constructor(
    request: EgressRequest,
    route: Route,
    options: Dispatcher.DispatchOptions,
    startedAt: number,
    onUnsent: OnUnsent,
  ) {
    this.request = request;
    this.route = route;
    this.options = options;
    this.startedAt = startedAt;
    this.onUnsent = onUnsent;
    this.maxRawBytes = request.maxResponseBytes;
    this.outcome = new Promise((resolve) => {
      this.settle = resolve;
    });
    const leftMs = Math.min(maxTimeoutMs, Math.ceil(request.deadlineAt - startedAt));
    this.timer = setTimeout(passDeadline, leftMs, this);
    request.signal?.addEventListener('abort', this);
  }

  /** The abort signal's call. */
  handleEvent(): void {
    this.fail('cancelled');
  }

  fail(reason: Reason): void {
    if (this.settled) return;
    this.finish({ ok: false, failure: failureOf(reason, this.sent) });
    this.controller?.abort(aborted);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.writtenAt = performance.now();
    if (this.writtenAt >= this.request.deadlineAt) this.fail('deadline_passed');
    if (this.settled) throw dropped;
    this.controller = controller;
    this.sent = true;
  }

  onResponseStart(_controller: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim answers (103 Early Hints) announce the real one.
    if (this.settled || status < 200) return;
    this.status = status;
    this.headers = headers as Record<string, string | string[]>;
    const { maxResponseBytes } = this.request;
    if (headers['content-encoding'] !== undefined) {
      const encodings = encodingsOf(headers['content-encoding']);
      if (typeof encodings === 'string') return this.fail(encodings);
      this.encodings = encodings;
      if (encodings.length > 0) this.maxRawBytes = maxResponseBytes + encodedSlack;
    }
    if (this.options.method !== 'HEAD' && Number(headers['content-length']) > this.maxRawBytes) {
      this.fail('response_too_large');
    }
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.settled) return;
    this.rawBytes += chunk.byteLength;
    if (this.rawBytes > this.maxRawBytes) return this.fail('response_too_large');
    if (this.firstChunk === null) this.firstChunk = chunk;
    else if (this.furtherChunks === null) this.furtherChunks = [chunk];
    else this.furtherChunks.push(chunk);
  }

  onResponseEnd(): void {
    this.releaseLane();
    if (this.settled) return;
    const raw = this.collected();
    if (this.encodings.length === 0) return this.answer(raw);
    decodeBody(raw, this.encodings, this.request.maxResponseBytes).then((body) => {
      if (typeof body === 'string') this.fail(body);
      else this.answer(body);
    });
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.releaseLane();
    if (this.settled) return;
    if (this.sent) return this.fail(reasonAfterSending(error, this.status !== 0));
    this.onUnsent(this, error);
  }

  private releaseLane(): void {
    const { lane } = this;
    this.lane = null;
    lane?.release();
  }

  private collected(): Uint8Array {
    if (this.firstChunk === null) return new Uint8Array(0);
    return this.furtherChunks === null ? this.firstChunk : Buffer.concat([this.firstChunk, ...this.furtherChunks]);
  }

  private answer(body: Uint8Array): void {
    if (this.settled) return;
    const type = this.headers['content-type'];
    const contentType = (typeof type === 'string' ? type : type?.[0]) ?? null;
    this.finish({
      ok: true,
      response: { status: this.status, headers: this.headers, body, contentType },
      timing: { connectMs: this.writtenAt - this.startedAt, totalMs: performance.now() - this.startedAt },
    });
  }

  private finish(outcome: EgressOutcome): void {
    this.settled = true;
    clearTimeout(this.timer);
    this.request.signal?.removeEventListener('abort', this);
    this.settle(outcome);
  }
}

function passDeadline(exchange: Exchange): void {
  exchange.fail('deadline_passed');
}
