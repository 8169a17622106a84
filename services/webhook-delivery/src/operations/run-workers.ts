import type { WebhookSubscription } from '@patchbay/contracts';
import { lanesOf, openLane } from '../domain/lane.ts';
import { isExpired } from '../domain/match-subscription.ts';
import { partOfConcurrency } from '../domain/pacing.ts';
import type { Report } from './ports.ts';

/** Deliveries of one lane of a subscription on their way through this process. */
export interface LaneWorker {
  /** Takes no more, and settles when what is in hand is done or given back. */
  stop(): Promise<void>;
}

/** A lane, and how much of it is in this process's hands at once. */
export interface LaneAtWork {
  readonly lane: string;
  readonly concurrency: number;
}

export interface RunWorkersPorts {
  /** Makes the durables of a subscription's lanes, or leaves those there are. */
  readonly prepare: (subscription: WebhookSubscription) => Promise<void>;
  readonly work: (
    subscription: WebhookSubscription,
    lane: string,
    concurrency: number,
    signal: AbortSignal,
  ) => Promise<LaneWorker>;
  /** What is to run for a subscription: nothing for one that rests. Default: its lanes, while it is active. */
  readonly lanes?: (subscription: WebhookSubscription) => readonly LaneAtWork[];
  /** Processes that deliver, this one among them. */
  readonly processes: () => number;
  readonly now: () => number;
  readonly report: Report;
}

interface Running {
  readonly shape: string;
  readonly stopping: AbortController;
  readonly workers: readonly LaneWorker[];
}

/** Milliseconds before a subscription is looked at again whose workers could not be started. */
const retryMs = 2_000;

/** Has a worker for each lane of each subscription that is active, and none for others. Every process does so for itself. */
export class Workers {
  readonly #ports: RunWorkersPorts;
  readonly #wanted = new Map<string, WebhookSubscription>();
  readonly #running = new Map<string, Running>();
  /** What is being done about a subscription: one thing after another. */
  readonly #busy = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(ports: RunWorkersPorts) {
    this.#ports = ports;
  }

  /** A subscription is new or another, or gone. */
  follow(key: string, subscription: WebhookSubscription | null): void {
    if (subscription === null) this.#wanted.delete(key);
    else this.#wanted.set(key, subscription);
    this.#look(key);
  }

  /** Looks at all of them again: their time may be over, or the number of processes another. */
  refresh(): void {
    for (const key of new Set([...this.#wanted.keys(), ...this.#running.keys()])) this.#look(key);
  }

  get size(): number {
    return this.#running.size;
  }

  /** Settles when whatever was told so far is done. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const key of this.#running.keys()) this.#look(key);
    await this.settled();
  }

  #look(key: string): void {
    const before = this.#busy.get(key) ?? Promise.resolve();
    const next = before.then(() => this.#bringAbout(key));
    this.#busy.set(key, next);
    void next.then(() => {
      if (this.#busy.get(key) === next) this.#busy.delete(key);
    });
  }

  async #bringAbout(key: string): Promise<void> {
    const subscription = this.#stopped ? undefined : this.#wanted.get(key);
    const runs = this.#running.get(key);
    const lanes = subscription === undefined ? [] : this.#lanesOf(subscription);
    const shape = lanes.length === 0 ? null : JSON.stringify(lanes);
    if (shape === (runs?.shape ?? null)) return;
    try {
      if (runs !== undefined) {
        this.#running.delete(key);
        await stopAll(runs);
      }
      if (shape !== null && subscription !== undefined)
        this.#running.set(key, await this.#start(subscription, lanes, shape));
    } catch (error) {
      this.#ports.report('warn', 'workers of a subscription could not be started yet', {
        err: error,
        subscription: key,
      });
      setTimeout(() => this.#look(key), retryMs).unref();
    }
  }

  #lanesOf(subscription: WebhookSubscription): readonly LaneAtWork[] {
    if (isExpired(subscription, this.#ports.now())) return [];
    if (this.#ports.lanes !== undefined) return this.#ports.lanes(subscription);
    const { state, order_by, once, concurrency } = subscription;
    if (state.value !== 'active') return [];
    return lanesOf(order_by !== null).map((lane) => ({
      lane,
      // A lane with an order hands out one delivery at a time, to whichever process asks.
      concurrency: lane === openLane && !once ? partOfConcurrency(concurrency, this.#ports.processes()) : 1,
    }));
  }

  async #start(subscription: WebhookSubscription, lanes: readonly LaneAtWork[], shape: string): Promise<Running> {
    await this.#ports.prepare(subscription);
    const stopping = new AbortController();
    const workers: LaneWorker[] = [];
    try {
      for (const { lane, concurrency } of lanes)
        workers.push(await this.#ports.work(subscription, lane, concurrency, stopping.signal));
    } catch (error) {
      await stopAll({ shape, stopping, workers });
      throw error;
    }
    return { shape, stopping, workers };
  }
}

async function stopAll({ stopping, workers }: Running): Promise<void> {
  stopping.abort();
  await Promise.all(workers.map((worker) => worker.stop()));
}
