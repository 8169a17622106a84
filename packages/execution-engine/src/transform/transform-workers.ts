import { Worker } from 'node:worker_threads';
import type { Transform, TransformJob, TransformOutcome, TransformProblem } from './transform.ts';

export interface TransformWorkersOptions {
  /** Worker threads at most; each starts when it is needed. Default 2. */
  readonly workers?: number;
  /** Milliseconds of one evaluation, after which its thread is ended. Default 250. */
  readonly evaluationMs?: number;
  /** MiB of heap of one thread. Default 64. */
  readonly heapMb?: number;
  /** Jobs that may wait for a thread. Default 64. */
  readonly maxWaiting?: number;
}

interface Pending {
  readonly job: TransformJob;
  readonly settle: (outcome: TransformOutcome) => void;
}

/** One thread and what it is at. */
interface Lane {
  readonly worker: Worker;
  ready: boolean;
  current: Pending | null;
  timer: NodeJS.Timeout | null;
}

/**
 * Worker threads that evaluate JSONata: an expression that takes too long or too much memory costs its own thread, which is
 * ended and replaced, and never the event loop. Nothing starts before the first job. Threads have no environment.
 */
export class TransformWorkers implements Transform {
  private readonly options: Required<TransformWorkersOptions>;
  private readonly lanes = new Set<Lane>();
  private readonly waiting: Pending[] = [];
  private closed = false;

  constructor({ workers = 2, evaluationMs = 250, heapMb = 64, maxWaiting = 64 }: TransformWorkersOptions = {}) {
    this.options = { workers, evaluationMs, heapMb, maxWaiting };
  }

  warm(): void {
    if (!this.closed && this.lanes.size === 0) this.start();
  }

  run(job: TransformJob): Promise<TransformOutcome> {
    if (this.closed || this.waiting.length >= this.options.maxWaiting || job.timeoutMs <= 0)
      return Promise.resolve(problem('busy'));
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.giveUp(pending), job.timeoutMs);
      const pending: Pending = {
        job,
        settle: (outcome) => {
          clearTimeout(timer);
          resolve(outcome);
        },
      };
      this.waiting.push(pending);
      this.next();
    });
  }

  close(): void {
    this.closed = true;
    for (const pending of this.waiting.splice(0)) pending.settle(problem('busy'));
    for (const lane of this.lanes) this.end(lane, 'busy');
  }

  private next(): void {
    for (const lane of this.lanes) {
      if (!lane.ready || lane.current !== null) continue;
      const pending = this.waiting.shift();
      if (pending === undefined) return;
      lane.current = pending;
      lane.timer = setTimeout(() => this.end(lane, 'timed_out'), this.options.evaluationMs);
      lane.worker.postMessage(pending.job);
    }
    const starting = [...this.lanes].filter((lane) => !lane.ready).length;
    if (this.waiting.length > starting && this.lanes.size < this.options.workers && !this.closed) this.start();
  }

  private start(): void {
    const worker = new Worker(new URL('./transform-worker.ts', import.meta.url), {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: this.options.heapMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    const lane: Lane = { worker, ready: false, current: null, timer: null };
    this.lanes.add(lane);
    worker.unref();
    worker.on('message', (message: 'ready' | TransformOutcome) => {
      if (message === 'ready') lane.ready = true;
      else this.settle(lane, message);
      this.next();
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      // A thread that cannot even start would be replaced for ever.
      if (!lane.ready) for (const pending of this.waiting.splice(0)) pending.settle(problem('failed'));
      this.end(lane, error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out_of_memory' : 'failed');
    });
    worker.on('exit', () => this.end(lane, 'failed'));
  }

  private settle(lane: Lane, outcome: TransformOutcome): void {
    if (lane.timer !== null) clearTimeout(lane.timer);
    lane.timer = null;
    const { current } = lane;
    lane.current = null;
    current?.settle(outcome);
  }

  /** Ends the thread and gives its job up; what waits gets another thread. */
  private end(lane: Lane, reason: TransformProblem): void {
    if (!this.lanes.delete(lane)) return;
    void lane.worker.terminate();
    this.settle(lane, problem(reason));
    this.next();
  }

  private giveUp(pending: Pending): void {
    const place = this.waiting.indexOf(pending);
    if (place !== -1) {
      this.waiting.splice(place, 1);
      pending.settle(problem('busy'));
      return;
    }
    for (const lane of this.lanes) if (lane.current === pending) this.end(lane, 'timed_out');
  }
}

function problem(reason: TransformProblem): TransformOutcome {
  return { ok: false, reason, code: null };
}
