import { setTimeout as delay } from 'node:timers/promises';
import { CallBook } from './call-book.ts';
import type { MakeCall } from './call-outcome.ts';
import type { LoadEnd, LoadReport, LoadSample } from './load-report.ts';
import { type LoadBounds, type LoadShape, problemOfLoad } from './shape.ts';

export interface LoadOptions {
  readonly shape: LoadShape;
  readonly bounds: LoadBounds;
  readonly makeCall: MakeCall;
  /** Ends the load early; what was measured so far is reported. */
  readonly signal?: AbortSignal;
  /** Milliseconds between samples, at least 250. Default 1,000. */
  readonly sampleMs?: number;
  /** Called with each sample as it comes; null while the load warms up. */
  readonly onSample?: (sample: LoadSample | null) => void;
  /** Milliseconds after the last call in which answers are waited for. Default 15,000. */
  readonly graceMs?: number;
}

/** Milliseconds by which timers are late anyway: a call made so late is on time. */
const grainMs = 2;

/**
 * Makes calls in a shape until the first bound is met, and says what they came to.
 * @throws RangeError for a load that no load may be.
 */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { shape, bounds, makeCall, signal, onSample, sampleMs = 1_000, graceMs = 15_000 } = options;
  const problem = problemOfLoad(shape, bounds);
  if (problem !== null) throw new RangeError(problem);

  const book = new CallBook();
  const samples: LoadSample[] = [];
  const startedAt = new Date().toISOString();
  const begin = performance.now();
  const measureFrom = begin + bounds.warmupSeconds * 1_000;
  const endAt = measureFrom + bounds.seconds * 1_000;
  const pending = new Set<Promise<void>>();
  let number = 0;
  let unanswered = 0;
  let over = false;
  let processorBefore = process.cpuUsage();

  const call = (dueAt: number): Promise<void> => {
    const madeAt = performance.now();
    const measured = dueAt >= measureFrom;
    // A timer's own grain is not what anybody waited for.
    const from = madeAt - dueAt <= grainMs ? madeAt : dueAt;
    if (measured) {
      book.made(madeAt - from);
      unanswered++;
    }
    const one = makeCall(number++).then((outcome) => {
      pending.delete(one);
      if (!measured) return;
      unanswered--;
      if (!over) book.answered({ outcome, dueAt: from, madeAt, answeredAt: performance.now() });
    });
    pending.add(one);
    return one;
  };
  const mayCall = () => number < bounds.calls && signal?.aborted !== true && performance.now() < endAt;

  const looking = setInterval(
    () => {
      const now = performance.now();
      if (now < measureFrom) {
        processorBefore = process.cpuUsage();
        return onSample?.(null);
      }
      const sample = book.sample((now - measureFrom) / 1_000, pending.size);
      samples.push(sample);
      onSample?.(sample);
    },
    Math.max(250, sampleMs),
  );
  const due = await (shape.kind === 'closed' ? runClosed(shape) : runOpen(shape));
  const callsUntil = performance.now();
  const processor = process.cpuUsage(processorBefore);
  const endedBy: LoadEnd = signal?.aborted ? 'interrupted' : number >= bounds.calls ? 'calls' : 'time';

  await Promise.race([Promise.all(pending), delay(graceMs, undefined, { ref: false })]);
  over = true;
  clearInterval(looking);
  const seconds = Math.max(0, Math.min(callsUntil, endAt) - measureFrom) / 1_000;
  const last = book.sample((performance.now() - measureFrom) / 1_000, pending.size);
  if (last.succeeded + last.unsuccessful > 0) samples.push(last);

  const { counts } = book;
  const used = (processor.user + processor.system) / 1_000_000 / Math.max(0.001, seconds);
  const service_ms = book.service.summary();
  const late_ms = book.late.summary();
  return {
    shape,
    bounds,
    started_at: startedAt,
    ended_by: endedBy,
    seconds,
    counts: { ...counts, unanswered, not_made: Math.max(0, due - counts.made) },
    per_second: seconds > 0 ? counts.succeeded / seconds : 0,
    success: counts.made > 0 ? counts.succeeded / counts.made : null,
    errors: Object.fromEntries([...book.errors].sort(([, a], [, b]) => b - a)),
    response_ms: shape.kind === 'open' ? book.response.summary() : book.service.corrected(service_ms.p50 ?? 1),
    service_ms,
    unsuccessful_ms: book.unsuccessful.summary(),
    by_what: book.kinds(),
    generator: { processor: used, late_ms, at_its_limit: used > 0.9 || (late_ms.p99 ?? 0) > 50 },
    samples,
  };

  /** Returns how many calls were due within the measured time. */
  async function runOpen({ perSecond, mostInFlight }: Extract<LoadShape, { kind: 'open' }>): Promise<number> {
    const everyMs = 1_000 / perSecond;
    while (mayCall()) {
      const now = performance.now();
      while (begin + number * everyMs <= now && pending.size < mostInFlight && mayCall())
        call(begin + number * everyMs);
      await delay(1);
    }
    const until = Math.min(performance.now(), endAt);
    const dueInAll = Math.min(bounds.calls, Math.ceil((until - begin) / everyMs));
    const dueBefore = Math.min(dueInAll, Math.ceil((measureFrom - begin) / everyMs));
    return dueInAll - dueBefore;
  }

  /** Resolves when no caller calls any more, or the time is over. As many calls were due as were made. */
  async function runClosed({ callers }: Extract<LoadShape, { kind: 'closed' }>): Promise<number> {
    const caller = async () => {
      while (mayCall()) await call(performance.now());
    };
    const time = AbortSignal.timeout(Math.ceil(endAt - performance.now()));
    const ended = once(signal === undefined ? time : AbortSignal.any([time, signal]));
    await Promise.race([ended, Promise.all(Array.from({ length: callers }, caller))]);
    return 0;
  }
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
