import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Fault, FaultOf } from './fault.ts';

/** What a lane needs of its connection. */
export interface LaneConnection {
  /** The faults in force for this lane, in the order they were set. */
  faults(): readonly Fault[];
  readonly random: () => number;
  /** Ends both sockets in order. */
  close(): void;
  /** Ends both sockets by a reset. */
  reset(): void;
}

interface Queued {
  /** Null stands for the end of the stream. */
  readonly chunk: Buffer | null;
  /** `performance.now()` at arrival plus latency. */
  readonly dueAt: number;
}

/** Bytes held before the source is made to wait: latency must not become a limit of bandwidth. */
const highWater = 1024 * 1024;
/** Under a bandwidth limit, bytes leave in portions of this many milliseconds. */
const portionMs = 20;

/** One direction of a connection: takes bytes in, and lets them out as the faults of the moment say. */
export class FaultLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #connection: LaneConnection;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  #lastDueAt = 0;
  /** Bytes let out under the limit in force, which count anew with each limit. */
  #limit: { readonly fault: Fault; sent: number } | null = null;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(from: Socket, to: Socket, connection: LaneConnection) {
    this.#from = from;
    this.#to = to;
    this.#connection = connection;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#take(null));
    to.on('close', () => this.stop());
    void this.#run();
  }

  /** Faults came or went: what waits is looked at again. */
  changed(): void {
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  #take(chunk: Buffer | null): void {
    const latency = this.#find('latency');
    const jitter = (latency?.jitterMs ?? 0) * (2 * this.#connection.random() - 1);
    const dueAt = performance.now() + Math.max(0, (latency?.ms ?? 0) + jitter);
    this.#lastDueAt = Math.max(this.#lastDueAt, dueAt);
    this.#queue.push({ chunk, dueAt: this.#lastDueAt });
    this.#queuedBytes += chunk?.length ?? 0;
    if (this.#queuedBytes > highWater) this.#from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const next = this.#queue[0];
      if (next === undefined || this.#find('timeout') !== undefined) await this.#pause(null);
      else if (this.#find('latency') !== undefined && next.dueAt > performance.now())
        await this.#pause(Math.max(0, next.dueAt - performance.now()));
      else {
        this.#queue.shift();
        if (next.chunk === null) return this.#end();
        await this.#pass(next.chunk);
        this.#queuedBytes -= next.chunk.length;
        if (this.#queuedBytes <= highWater / 2) this.#from.resume();
      }
    }
  }

  async #pass(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#stopped; ) {
      if (this.#find('timeout') !== undefined) {
        await this.#pause(null);
        continue;
      }
      const room = this.#room();
      if (room === 0) return this.#spend(0);
      const { bytes, thenMs } = this.#portion(Math.min(chunk.length - at, room));
      if (!this.#to.write(chunk.subarray(at, at + bytes))) await this.#drained();
      at += bytes;
      this.#spend(bytes);
      if (thenMs > 0) await this.#pause(thenMs);
    }
  }

  /** How much leaves at once, and the wait after it. */
  #portion(most: number): { bytes: number; thenMs: number } {
    const bandwidth = this.#find('bandwidth');
    const slicer = this.#find('slicer');
    let bytes = most;
    if (bandwidth !== undefined)
      bytes = Math.min(bytes, Math.max(1, Math.floor((bandwidth.bytesPerSecond * portionMs) / 1_000)));
    if (slicer !== undefined) {
      const variation = (slicer.variation ?? 0) * (2 * this.#connection.random() - 1);
      bytes = Math.min(bytes, Math.max(1, Math.round(slicer.bytes + variation)));
    }
    const paceMs = bandwidth === undefined ? 0 : (bytes * 1_000) / bandwidth.bytesPerSecond;
    return { bytes, thenMs: Math.max(paceMs, slicer?.delayMs ?? 0) };
  }

  /** Bytes that may still leave under a limit. */
  #room(): number {
    const fault = this.#find('limit_data');
    if (fault === undefined) return Number.POSITIVE_INFINITY;
    if (this.#limit?.fault !== fault) this.#limit = { fault, sent: 0 };
    return Math.max(0, fault.bytes - this.#limit.sent);
  }

  #spend(bytes: number): void {
    const fault = this.#find('limit_data');
    if (fault === undefined || this.#limit?.fault !== fault) return;
    this.#limit.sent += bytes;
    if (this.#limit.sent < fault.bytes) return;
    this.#stopped = true;
    // A reset discards what the kernel has not sent: the bytes up to the limit must be through first.
    if (fault.end === 'reset') setImmediate(() => this.#connection.reset());
    else this.#connection.close();
  }

  async #end(): Promise<void> {
    const slow = this.#find('slow_close');
    if (slow !== undefined) await this.#pause(slow.ms);
    if (!this.#stopped) this.#to.end();
  }

  async #drained(): Promise<void> {
    const gone = new AbortController();
    const onClose = () => gone.abort();
    this.#to.once('close', onClose);
    await once(this.#to, 'drain', { signal: gone.signal }).catch(() => undefined);
    this.#to.off('close', onClose);
  }

  /** Waits so many milliseconds, or for ever, and no longer than until something changed. */
  #pause(ms: number | null): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = ms === null ? null : setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        if (timer !== null) clearTimeout(timer);
        this.#wake = () => {};
        resolve();
      };
    });
  }

  #find<Kind extends Fault['kind']>(kind: Kind): FaultOf<Kind> | undefined {
    return this.#connection.faults().find((fault): fault is FaultOf<Kind> => fault.kind === kind);
  }
}
