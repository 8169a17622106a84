import type { Dispatcher } from 'undici';
import { failureOf, type Reason } from './reasons.ts';
import type { Route } from './route.ts';
import type { Lane, LaneHandler } from './socket-pool.ts';
import type { EgressFailure, EgressRequest, EgressTiming } from './types.ts';

/** Told when a dispatch failed with nothing sent; dispatches the transfer again or fails it. */
export type OnUnsent = (transfer: Transfer, error: Error) => void;

/** Thrown out of `onRequestStart`: undici then drops the request without writing a byte and keeps the socket. */
const dropped = new Error('dropped before it was written');
const aborted = new Error('aborted');

/** setTimeout's ceiling. */
const maxTimeoutMs = 0x7fff_ffff;

/**
 * One request on its way through undici, as a dispatch handler, up to its answer. undici calls `onRequestStart` right
 * before it writes the first byte, in the same turn, so until then nothing has left and from then on something may have:
 * that is `sent`. What is done with the answer is for those that extend it.
 */
export abstract class Transfer implements LaneHandler {
  readonly request: EgressRequest;
  readonly route: Route;
  readonly options: Dispatcher.DispatchOptions;
  sent = false;
  settled = false;
  /** How often it was dispatched again, and the address it was last dispatched to: for whoever redials. */
  redials = 0;
  address = '';

  private holds: Lane | null = null;
  private queuedAt: number | null = null;
  private waitedMs = 0;
  protected readonly startedAt: number;
  protected readonly onUnsent: OnUnsent;
  protected controller: Dispatcher.DispatchController | null = null;
  protected writtenAt = 0;
  private readonly timer: NodeJS.Timeout;

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
    const leftMs = Math.min(maxTimeoutMs, Math.ceil(request.deadlineAt - startedAt));
    this.timer = setTimeout(passDeadline, leftMs, this);
    request.signal?.addEventListener('abort', this);
  }

  get lane(): Lane | null {
    return this.holds;
  }

  set lane(lane: Lane | null) {
    this.waitedMs = this.queuedMs();
    this.queuedAt = null;
    this.holds = lane;
  }

  queued(): void {
    this.queuedAt = performance.now();
  }

  /** Milliseconds that it waited for a lane so far. */
  protected queuedMs(): number {
    return this.queuedAt === null ? this.waitedMs : this.waitedMs + performance.now() - this.queuedAt;
  }

  protected timing(): EgressTiming {
    const { startedAt, writtenAt } = this;
    return { connectMs: writtenAt - startedAt, queuedMs: this.queuedMs(), totalMs: performance.now() - startedAt };
  }

  /** Called once, with the failure that ends it. */
  protected abstract onFailed(failure: EgressFailure): void;

  /** The abort signal's call. */
  handleEvent(): void {
    this.fail('cancelled');
  }

  fail(reason: Reason): void {
    if (this.settled) return;
    this.settle();
    this.onFailed(failureOf(reason, this.sent, this.queuedMs()));
    this.controller?.abort(aborted);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.writtenAt = performance.now();
    if (this.writtenAt >= this.request.deadlineAt) this.fail('deadline_passed');
    if (this.settled) throw dropped;
    this.controller = controller;
    this.sent = true;
  }

  /**
   * undici tells of a broken connection while it empties its queue, and fails an assertion, which nothing catches, when it
   * then finds a request there. So the socket's next request, and this one's redial, wait until undici is through.
   */
  onResponseError(_controller: unknown, error: Error): void {
    queueMicrotask(() => {
      this.releaseLane();
      if (!this.settled) this.onBroken(error);
    });
  }

  /** It ended without an answer, or in the middle of one. */
  protected abstract onBroken(error: Error): void;

  /** Nothing more is waited for: neither the deadline nor the signal. */
  protected settle(): void {
    this.settled = true;
    clearTimeout(this.timer);
    this.request.signal?.removeEventListener('abort', this);
  }

  protected releaseLane(): void {
    const { lane } = this;
    this.lane = null;
    lane?.release();
  }
}

function passDeadline(transfer: Transfer): void {
  transfer.fail('deadline_passed');
}
