import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import { createEngine } from '../create-engine.ts';
import type { Engine, EngineOptions, ExecuteInput, ExecuteOutcome } from '../engine-types.ts';
import type { PreparedTool } from '../prepare/prepared-tool.ts';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the upstream does with one request: after `ms`, this. */
export type Upstream = (request: EgressRequest, now: number) => { ms: number; outcome: EgressOutcome };

export interface Simulation {
  readonly engine: Engine;
  /** When each request left, and what it was. */
  readonly sent: { readonly at: number; readonly request: EgressRequest }[];
  now(): number;
  /** At `at`, executes; the outcome is handed to `done` with the moment it came. */
  executeAt(
    at: number,
    prepared: PreparedTool,
    input: Partial<ExecuteInput> & { readonly withinMs: number },
    done?: (outcome: ExecuteOutcome, at: number) => void,
  ): void;
  at(moment: number, act: () => void): void;
  /** Calls `act` every `everyMs` until `until`. */
  every(everyMs: number, until: number, act: () => void): void;
  /** Until nothing is left to happen. */
  run(): Promise<void>;
}

/** The real engine among events in simulated time: many executions at once, minutes of them in a second. */
export function simulate(upstream: Upstream, options: Partial<EngineOptions> = {}): Simulation {
  let now = 0;
  const agenda = new Map<number, (() => void)[]>();
  const sent: Simulation['sent'] = [];
  const at = (moment: number, act: () => void): void => {
    const due = Math.max(now, moment);
    const acts = agenda.get(due);
    if (acts === undefined) agenda.set(due, [act]);
    else acts.push(act);
  };
  const engine = createEngine({
    now: () => now,
    wallClock: () => Date.UTC(2026, 0, 31) + now,
    random: seededRandom(1),
    sleep: (ms) => new Promise((resolve) => at(now + ms, resolve)),
    egress: {
      open: () => Promise.reject(new Error('no answer streams here')),
      send: (request) => {
        sent.push({ at: now, request });
        const { ms, outcome } = upstream(request, now);
        return new Promise((resolve) => {
          const onAbort = () => resolve(aborted);
          request.signal?.addEventListener('abort', onAbort, { once: true });
          const late = now + ms > request.deadlineAt;
          at(late ? request.deadlineAt : now + ms, () => resolve(late ? cutOff : outcome));
        });
      },
    },
    ...options,
  });
  return {
    engine,
    sent,
    now: () => now,
    at,
    executeAt(moment, prepared, { withinMs, ...input }, done) {
      at(moment, () => {
        void engine
          .execute({
            prepared,
            tenant: 'acme',
            arguments: {},
            credential: { type: 'bearer', token: 'token-0123456789' },
            variables: {},
            deadlineAt: now + withinMs,
            idempotencyKey: null,
            ...input,
          })
          .then((outcome) => done?.(outcome, now));
      });
    },
    every(everyMs, until, act) {
      const step = (moment: number): void => {
        if (moment >= until) return;
        at(moment, () => {
          act();
          step(moment + everyMs);
        });
      };
      step(now);
    },
    async run() {
      while (agenda.size > 0) {
        now = Math.min(...agenda.keys());
        const acts = agenda.get(now) ?? [];
        agenda.delete(now);
        for (const act of acts) act();
        // Everything that follows from it without time passing.
        await new Promise((resolve) => setImmediate(resolve));
      }
      engine.close();
    },
  };
}

const cutOff: EgressOutcome = {
  ok: false,
  failure: { kind: 'deadline', sent: true, reason: 'deadline_passed', message: 'The deadline passed.' },
};
const aborted: EgressOutcome = {
  ok: false,
  failure: { kind: 'aborted', sent: true, reason: 'cancelled', message: 'It was cancelled.' },
};
