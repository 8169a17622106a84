import { errorBody, PatchbayError, toErrorBody } from '@patchbay/contracts';
import type { DeadlineWatch } from '../attempts/deadline-watch.ts';
import type { ExecuteInput, ExecuteOutcome } from '../engine-types.ts';
import type { CachePlan } from '../prepare/prepared-tool.ts';
import { groupOf, readKeyOf } from './read-key.ts';
import { ReadStore } from './read-store.ts';

/** One call under way that others may wait for. */
interface Flight {
  readonly done: Promise<ExecuteOutcome>;
  readonly group: string;
  /** Aborts the call itself, once nobody waits for it any more. */
  readonly abort: AbortController;
  waiting: number;
  attempts: number;
  /** What it brings may be out of date: it is neither kept nor joined. */
  stale: boolean;
}

export interface SharedReadsPorts {
  readonly now: () => number;
  readonly watch: DeadlineWatch;
  /** Makes the call. */
  readonly execute: (input: ExecuteInput) => Promise<ExecuteOutcome>;
}

/**
 * Reads that may share an answer: the same read under way is waited for, and its answer serves for its time to live. Never
 * across tenants, connections or credentials. Whoever waits keeps a deadline and a cancel of its own.
 */
export class SharedReads {
  private readonly ports: SharedReadsPorts;
  private readonly store = new ReadStore();
  private readonly flights = new Map<string, Flight>();

  constructor(ports: SharedReadsPorts) {
    this.ports = ports;
  }

  async execute(input: ExecuteInput, plan: CachePlan, argumentsDigest: string): Promise<ExecuteOutcome> {
    const key = readKeyOf(input, plan, argumentsDigest);
    for (;;) {
      const kept = plan.ttlMs > 0 ? this.store.get(key, this.ports.now()) : null;
      if (kept !== null) return served(kept);
      const flight = plan.singleFlight ? this.flights.get(key) : undefined;
      if (flight === undefined) return this.join(this.begin(key, input, plan), input);
      const outcome = await this.join(flight, input);
      // What ended the other's call for reasons of its own is no answer to this one.
      if (!isOwnAffair(outcome) || this.hasEnded(input)) return served(outcome);
    }
  }

  /** What was read over a connection is out of date: it was written to. */
  forgetWritten(tenant: string, integration: string, connection: string): void {
    const written = groupOf(tenant, integration, connection);
    this.forget((group) => group === written);
  }

  /** A connection was revoked; null: all of the tenant's. */
  forgetConnection(tenant: string, connection: string | null): void {
    const end = connection === null ? '' : `\n${connection}`;
    this.forget((group) => group.startsWith(`${tenant}\n`) && group.endsWith(end));
  }

  get size(): { entries: number; bytes: number; flights: number } {
    return { ...this.store.size, flights: this.flights.size };
  }

  private forget(matches: (group: string) => boolean): void {
    this.store.forget(matches);
    for (const [key, flight] of this.flights) {
      if (!matches(flight.group)) continue;
      flight.stale = true;
      this.flights.delete(key);
    }
  }

  private begin(key: string, input: ExecuteInput, plan: CachePlan): Flight {
    const abort = new AbortController();
    const { tenant, connection = '', prepared } = input;
    const flight: Flight = {
      group: groupOf(tenant, prepared.integration, connection),
      abort,
      waiting: 0,
      attempts: 0,
      stale: false,
      done: this.call({
        ...input,
        signal: abort.signal,
        onAttempt: (attempt) => {
          flight.attempts = attempt.number;
          return input.onAttempt?.(attempt);
        },
      }),
    };
    this.flights.set(key, flight);
    void flight.done.then((outcome) => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
      if (flight.stale || plan.ttlMs === 0 || outcome.status !== 'succeeded' || outcome.cutShort) return;
      this.store.set(key, flight.group, outcome, this.ports.now() + plan.ttlMs);
    });
    return flight;
  }

  private async call(input: ExecuteInput): Promise<ExecuteOutcome> {
    try {
      // A kept answer takes nothing from the rate limit, so it is asked only here.
      await input.admit?.();
    } catch (error) {
      return unsent('refused', toErrorBody(error));
    }
    return this.ports.execute(input);
  }

  /** Waits for a flight until it lands, this caller's deadline comes, or this caller cancels. */
  private async join(flight: Flight, { deadlineAt, signal }: ExecuteInput): Promise<ExecuteOutcome> {
    flight.waiting++;
    let onAbort: (() => void) | undefined;
    const cancelled = new Promise<ExecuteOutcome>((resolve) => {
      onAbort = () => resolve({ ...unsent('cancelled', errorBody('cancelled')), attempts: flight.attempts });
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
    const late = (): ExecuteOutcome => ({
      ...unsent('failed', new PatchbayError('deadline_exceeded').body),
      attempts: flight.attempts,
    });
    try {
      return await this.ports.watch.guard(Promise.race([flight.done, cancelled]), deadlineAt, late);
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
      if (--flight.waiting === 0) flight.abort.abort();
    }
  }

  private hasEnded({ deadlineAt, signal }: ExecuteInput): boolean {
    return signal?.aborted === true || this.ports.now() >= deadlineAt;
  }
}

/** The answer as one that this execution made no call for. */
function served(outcome: ExecuteOutcome): ExecuteOutcome {
  return { ...outcome, attempts: 0, upstreamMs: 0, cached: true };
}

/** Ended, or cut short, by the deadline, the cancel or the place in the queue of whoever made the call. */
function isOwnAffair({ error, cutShort }: ExecuteOutcome): boolean {
  if (error === null) return cutShort === true;
  return (
    error.code === 'cancelled' ||
    error.code === 'deadline_exceeded' ||
    (error.code === 'rate_limited' && error.details.limit !== undefined)
  );
}

function unsent(status: 'refused' | 'cancelled' | 'failed', error: ExecuteOutcome['error']): ExecuteOutcome {
  const streamed = { delivered: 0, cutBy: null };
  return { status, output: null, error, attempts: 0, upstreamMs: 0, upstreamStatus: null, truncated: false, streamed };
}
