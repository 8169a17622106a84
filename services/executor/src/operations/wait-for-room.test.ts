import { expect, test, vi } from 'vitest';
import { gcraOf, LocalGcra } from '../domain/gcra.ts';
import { harness, toolOf } from './fakes.test-support.ts';
import type { AdmitCall } from './ports.ts';

/** A real limit of one call each 50 ms, counting how often it is asked. */
function limiter(): AdmitCall & { asked: number } {
  const gcra = gcraOf({ requests_per_minute: 1_200, burst_size: 1 });
  const counter = new LocalGcra();
  return {
    asked: 0,
    applies: () => true,
    async admit() {
      this.asked += 1;
      const { waitUs } = counter.decide([{ key: 'k', gcra }], performance.now() * 1_000);
      return waitUs === 0 ? null : { waitMs: waitUs / 1_000, intervalMs: gcra.interval / 1_000, scope: 'tool' };
    },
  };
}

test('calls that wait for one limit have a turn each, and ask again when it has come', async () => {
  const limits = limiter();
  const { run, executed } = harness({ limits }, toolOf({ needsConnection: false }));
  await run();
  const results = await Promise.all(Array.from({ length: 10 }, () => run({ deadline_ms: 30_000 })));
  expect(results.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 'succeeded'));
  expect(executed).toHaveLength(11);
  // Twice each, and once more for whom another's late timer made early: more of those on a busy machine. Without turns all
  // would ask each time that one of them may go: 1 + 10 + 10 + 9 + … + 1.
  expect(limits.asked).toBeLessThan(1 + 10 + (10 * 11) / 2);
});

test('a call whose turn comes too late is refused without asking, claiming or writing an intent', async () => {
  const limits = limiter();
  const { run, audited, ledger, background } = harness({ limits }, toolOf({ needsConnection: false }));
  await run();
  // Heard of the full limit, and waiting for the turns of the next two seconds.
  const waiting = Array.from({ length: 40 }, () => run({ deadline_ms: 60_000 }));
  await vi.waitFor(() => expect(limits.asked).toBeGreaterThanOrEqual(41));
  const asked = limits.asked;
  const refused = await run({ deadline_ms: 500, idempotency_key: 'k' });
  expect(refused).toMatchObject({ status: 'refused', error: { code: 'rate_limited', details: { scope: 'tool' } } });
  expect(refused.error?.retry_after_ms).toBeGreaterThan(500);
  expect(limits.asked).toBe(asked);
  await background.settled();
  const of = audited.filter(([, , executionId]) => executionId === refused.execution_id).map(([, type]) => type);
  expect(of).toEqual(['dev.patchbay.execution.outcome']);
  expect(ledger.entries.size).toBe(0);
  await Promise.all(waiting);
});
