import { type FuzzRequest, type FuzzTerms, fuzzRequest } from './fuzz-request.ts';
import { judge, type Mark } from './judge.ts';
import { type FuzzAnswer, senderTo } from './send-request.ts';

export interface FuzzRun extends FuzzTerms {
  readonly url: string;
  readonly marks: readonly Mark[];
  /** Request numbers: `first` to `first + requests - 1`. */
  readonly first: number;
  readonly requests: number;
  readonly concurrency: number;
  /** Milliseconds without an answer that count as a hang. */
  readonly hangMs: number;
  readonly onProgress?: (done: number, failures: number) => void;
  readonly onFailure?: (failure: FuzzFailure) => void;
}

export interface FuzzFailure {
  readonly what: string;
  readonly request: FuzzRequest;
  readonly answer: FuzzAnswer;
}

export interface FuzzReport {
  readonly seed: number;
  readonly requests: number;
  readonly seconds: number;
  /** Answers by status; `dropped` and `hang` beside them. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers by who asked, and whether they were let in (below 400). */
  readonly visitors: Readonly<Record<string, { readonly asked: number; readonly served: number }>>;
  /** Operations of the document, those asked, and those that answered below 400 at least once. */
  readonly operations: {
    readonly described: number;
    readonly asked: number;
    readonly served: number;
    readonly neverServed: readonly string[];
  };
  /** Good requests, and spoilt ones. */
  readonly good: number;
  readonly spoilt: number;
  /** 503 of overload, 5xx that tell of an upstream or of the caller's own deadline, and the like: no failures. */
  readonly told: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** By what went wrong. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Sends so many requests, so many at once, and judges each answer. */
export async function runFuzz(run: FuzzRun): Promise<FuzzReport> {
  const since = performance.now();
  const sender = senderTo(run.url, { hangMs: run.hangMs, sockets: run.concurrency });
  const counts = { statuses: {}, told: {}, failures: {} } as Record<
    'statuses' | 'told' | 'failures',
    Record<string, number>
  >;
  const visitors = new Map(run.visitors.map((one) => [one.name, { visitor: one, asked: 0, served: 0 }]));
  const [asked, served] = [new Set<string>(), new Set<string>()];
  let [done, good, slowestMs, failures] = [0, 0, 0, 0];
  let next = run.first;

  async function work(): Promise<void> {
    while (next < run.first + run.requests) {
      const request = fuzzRequest(run, next++);
      const answer = await sender.send(request);
      const of = visitors.get(request.visitor);
      if (of === undefined) throw new Error('a visitor that is none');
      const { failure, told } = judge(request, answer, of.visitor, run.marks);
      const ok = answer.kind === 'answer' && answer.status < 400;
      of.asked++;
      of.served += ok ? 1 : 0;
      asked.add(request.operation);
      if (ok && request.wild === undefined) served.add(request.operation);
      good += request.broken.length === 0 ? 1 : 0;
      slowestMs = Math.max(slowestMs, answer.ms);
      bump(counts.statuses, answer.kind === 'answer' ? String(answer.status) : answer.kind);
      if (told !== null) bump(counts.told, told);
      if (failure !== null) {
        failures++;
        bump(counts.failures, failure);
        run.onFailure?.({ what: failure, request, answer });
      }
      done++;
      run.onProgress?.(done, failures);
    }
  }

  try {
    await Promise.all(Array.from({ length: run.concurrency }, work));
  } finally {
    sender.close();
  }
  const described = run.description.operations.map(({ operationId }) => operationId);
  return {
    seed: run.seed,
    requests: done,
    seconds: Math.round((performance.now() - since) / 100) / 10,
    ...counts,
    visitors: Object.fromEntries([...visitors].map(([name, one]) => [name, { asked: one.asked, served: one.served }])),
    operations: {
      described: described.length,
      asked: asked.size,
      served: served.size,
      neverServed: described.filter((id) => !served.has(id)),
    },
    good,
    spoilt: done - good,
    slowestMs: Math.round(slowestMs),
  };
}

function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
