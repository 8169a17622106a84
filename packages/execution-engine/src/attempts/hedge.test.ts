import { describe, expect, it } from 'vitest';
import { answer, failure, issuesIn, toolOf } from '../tools.test-support.ts';
import { seededRandom, simulate, type Upstream } from './simulated-time.test-support.ts';

const get = { method: 'GET', path: '/x' } as const;
const hedged = toolOf({ risk: 'read', request: get, retry: { hedge: true, max_attempts: 1 } });
const ok = answer(200, {});

/** 40 calls of 20 to 24 ms teach the tail and earn two second requests; what comes after them is the test's. */
function learnt(after: Upstream, options?: Parameters<typeof simulate>[1]) {
  let calls = 0;
  const world = simulate(
    (request, now) => (++calls <= 40 ? { ms: 20 + (calls % 5), outcome: ok } : after(request, now)),
    options,
  );
  for (let i = 0; i < 40; i++) world.executeAt(i * 100, hedged, { withinMs: 1_000 });
  return world;
}

describe('a hedged read', () => {
  it('asks again after the 95th percentile, takes the first answer and aborts the other request', async () => {
    const slowThenQuick = [500, 10];
    const world = learnt(() => ({ ms: slowThenQuick.shift() as number, outcome: ok }));
    const numbers: number[] = [];
    const done: { at: number; attempts: number }[] = [];
    world.executeAt(
      10_000,
      hedged,
      { withinMs: 1_000, onAttempt: ({ number }) => void numbers.push(number) },
      (outcome, at) => done.push({ at, attempts: outcome.attempts }),
    );
    await world.run();
    expect(done).toEqual([{ at: 10_000 + 24 + 10, attempts: 2 }]);
    expect(numbers).toEqual([1, 2]);
    const [first, second] = world.sent.slice(-2);
    expect(second?.at).toBe(10_024);
    expect([first?.request.signal?.aborted, second?.request.signal?.aborted]).toEqual([true, false]);
  });

  it('takes the slow answer when it comes first after all, and aborts the second request', async () => {
    const times = [40, 500];
    const world = learnt(() => ({ ms: times.shift() as number, outcome: ok }));
    let at = 0;
    world.executeAt(10_000, hedged, { withinMs: 1_000 }, (_, moment) => {
      at = moment;
    });
    await world.run();
    expect(at).toBe(10_040);
    expect(world.sent.at(-1)?.request.signal?.aborted).toBe(true);
  });

  it('is not content with a failure while the other request is out', async () => {
    const answers = [
      { ms: 200, outcome: ok },
      { ms: 5, outcome: answer(503) },
    ];
    const world = learnt(() => answers.shift() as (typeof answers)[number]);
    let status = '';
    world.executeAt(10_000, hedged, { withinMs: 1_000 }, (outcome) => {
      status = outcome.status;
    });
    await world.run();
    expect(status).toBe('succeeded');
  });

  it('makes at most one call of twenty twice, however slow the upstream becomes', async () => {
    const random = seededRandom(5);
    const world = simulate((_, now) => ({ ms: now < 20_000 ? 20 : 20 + random() * 400, outcome: ok }));
    let offered = 0;
    world.every(20, 60_000, () => {
      offered++;
      world.executeAt(world.now(), hedged, { withinMs: 5_000 });
    });
    await world.run();
    const extra = world.sent.length - offered;
    expect(extra).toBeGreaterThan(0);
    expect(extra).toBeLessThanOrEqual(offered * 0.05);
  });

  it('shortens the tail that a few slow answers make', async () => {
    const tailOf = async (hedge: boolean) => {
      const random = seededRandom(11);
      const tool = toolOf({ risk: 'read', request: get, retry: { hedge } });
      const world = simulate(() => ({ ms: random() < 0.02 ? 1_500 : 20 + random() * 10, outcome: ok }));
      const took: number[] = [];
      world.every(20, 40_000, () => {
        const from = world.now();
        world.executeAt(from, tool, { withinMs: 5_000 }, (_, at) => took.push(at - from));
      });
      await world.run();
      return took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)] as number;
    };
    expect(await tailOf(false)).toBe(1_500);
    expect(await tailOf(true)).toBeLessThan(100);
  });

  it('asks only once when the circuit is not closed, the budget is empty, or it was cancelled', async () => {
    const world = learnt(() => ({ ms: 500, outcome: ok }));
    world.at(20_000, () =>
      world.engine.hearCircuit({ host: 'api.acme.com', tenant: null, state: 'open', openMs: 5_000 }),
    );
    // The probe, while the circuit is half open.
    world.executeAt(26_000, hedged, { withinMs: 1_000 });
    await world.run();
    expect(world.sent).toHaveLength(41);

    const cancelled = learnt(() => ({ ms: 500, outcome: ok }));
    const controller = new AbortController();
    cancelled.executeAt(10_000, hedged, { withinMs: 1_000, signal: controller.signal });
    cancelled.at(10_010, () => controller.abort());
    await cancelled.run();
    expect(cancelled.sent).toHaveLength(41);
    expect(cancelled.sent.at(-1)?.request.signal?.aborted).toBe(true);
  });

  it('fails as its first request did when both do', async () => {
    const answers = [
      { ms: 100, outcome: answer(503) },
      { ms: 100, outcome: failure('connection_lost', true) },
    ];
    const world = learnt(() => answers.shift() as (typeof answers)[number]);
    let code: string | undefined;
    let status: number | null = null;
    world.executeAt(10_000, hedged, { withinMs: 1_000 }, (outcome) => {
      code = outcome.error?.code;
      status = outcome.upstreamStatus;
    });
    await world.run();
    expect([code, status]).toEqual(['upstream_error', 503]);
  });

  it('is never a write, even where the document asks for it', async () => {
    expect(toolOf({ risk: 'write' }, { retry: { hedge: true } }).hedge).toBe(false);
    expect(toolOf({ risk: 'read', request: get }, { retry: { hedge: true } }).hedge).toBe(true);
    expect(toolOf({ risk: 'read', request: get }).hedge).toBe(false);
    expect(issuesIn({ risk: 'read', request: get, retry: { hedge: true } })).toEqual([]);
  });
});
