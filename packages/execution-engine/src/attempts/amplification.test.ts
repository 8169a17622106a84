import { describe, expect, it } from 'vitest';
import { answer, toolOf } from '../tools.test-support.ts';
import { seededRandom, simulate } from './simulated-time.test-support.ts';

const read = toolOf({ risk: 'read', request: { method: 'GET', path: '/x' } });
/** A circuit that never opens, so that the budget alone is on trial. */
const noCircuit = { maxConsecutive: Number.MAX_SAFE_INTEGER, failureShare: 2 };

describe('retries', () => {
  it.each([
    ['503', answer(503)],
    ['429', answer(429)],
    ['a lost connection', lostConnection()],
  ])('of 200 calls a second that all fail with %s make at most 1.2 times the calls', async (_what, outcome) => {
    const world = simulate(() => ({ ms: 20, outcome }), { circuit: noCircuit });
    let offered = 0;
    world.every(5, 20_000, () => {
      offered++;
      world.executeAt(world.now(), read, { withinMs: 5_000 });
    });
    await world.run();
    expect(offered).toBe(4_000);
    expect(world.sent.length).toBeGreaterThan(offered * 1.1);
    expect(world.sent.length).toBeLessThanOrEqual(offered * 1.2);
  });

  it('of a host seldom called never exceed the share by more than the reserve', async () => {
    const world = simulate(() => ({ ms: 20, outcome: answer(503) }), { circuit: noCircuit });
    let offered = 0;
    world.every(500, 60_000, () => {
      offered++;
      world.executeAt(world.now(), read, { withinMs: 5_000 });
    });
    await world.run();
    // 15 % of the calls, a reserve of 10, and 0.2 a second.
    expect(world.sent.length - offered).toBeLessThanOrEqual(offered * 0.15 + 10 + 12);
  });

  it('stop nearly at once when the circuit opens', async () => {
    const world = simulate(() => ({ ms: 20, outcome: answer(503) }));
    let offered = 0;
    world.every(5, 20_000, () => {
      offered++;
      world.executeAt(world.now(), read, { withinMs: 5_000 });
    });
    await world.run();
    expect(world.sent.length).toBeLessThan(offered / 100);
  });

  it('never begin later than the deadline less the usual time', async () => {
    const random = seededRandom(7);
    const world = simulate(() => ({ ms: 100, outcome: random() < 0.5 ? answer(503) : answer(200, {}) }), {
      circuit: noCircuit,
    });
    const late: number[] = [];
    let executions = 0;
    const known = 20;
    world.every(50, 100_000, () => {
      const number = ++executions;
      const withinMs = number <= known ? 5_000 : random() * 800;
      const deadlineAt = world.now() + withinMs;
      world.executeAt(world.now(), read, {
        withinMs,
        onAttempt: ({ number: attempt }) => {
          if (number > known && world.now() > deadlineAt - 100) late.push(attempt);
        },
      });
    });
    await world.run();
    // A first attempt now and then puts the estimate to the test: one of twenty refusals, or one in five seconds.
    expect(late.filter((attempt) => attempt > 1)).toEqual([]);
    expect(late.length).toBeLessThanOrEqual(100_000 / 5_000 + executions / 20);
    expect(world.sent.some(({ request }) => request.deadlineAt > 0)).toBe(true);
  });

  it('never wait past the deadline, nor longer than the cap', async () => {
    const random = seededRandom(3);
    const tool = toolOf({
      risk: 'read',
      request: { method: 'GET', path: '/x' },
      retry: { max_attempts: 10, base_ms: 400, cap_ms: 1_000 },
    });
    const world = simulate(() => ({ ms: 1, outcome: answer(503) }), { circuit: noCircuit });
    const gaps: number[] = [];
    const lateness: number[] = [];
    world.every(1_000, 600_000, () => {
      const withinMs = random() * 3_000;
      const deadlineAt = world.now() + withinMs;
      let last = Number.NaN;
      const onAttempt = ({ number }: { number: number }) => {
        if (number > 1) gaps.push(world.now() - last);
        last = world.now();
        return undefined;
      };
      world.executeAt(world.now(), tool, { withinMs, onAttempt }, (_, at) => lateness.push(at - deadlineAt));
    });
    await world.run();
    expect(gaps.length).toBeGreaterThan(100);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_001);
    expect(Math.max(...lateness)).toBeLessThanOrEqual(0);
  });
});

function lostConnection() {
  return {
    ok: false,
    failure: { kind: 'connection_lost', sent: true, reason: 'connection_closed', message: 'It was lost.' },
  } as const;
}
