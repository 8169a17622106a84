import { afterAll, beforeAll, expect, test } from 'vitest';
import { publish, simpleDocument } from '../system.ts';
import { type FaultSystem, startFaultSystem, startTimeoutMs } from './fault-system.ts';
import { measured } from './measure.ts';

let system: FaultSystem;
beforeAll(async () => {
  system = await startFaultSystem({ shape: 'one_process', executors: 1 });
}, startTimeoutMs);
afterAll(() => system?.stop());

const hour = 3_600_000;
const cases: { name: string; retryAfter?: () => string; tellsMs: number | null }[] = [
  { name: 'an hour', retryAfter: () => '3600', tellsMs: hour },
  { name: 'a date in an hour', retryAfter: () => new Date(Date.now() + hour).toUTCString(), tellsMs: hour },
  { name: 'a negative number', retryAfter: () => '-5', tellsMs: null },
  { name: 'nonsense', retryAfter: () => 'soon', tellsMs: null },
  { name: 'nothing', tellsMs: null },
];

test.each(cases)(
  'F22: with Retry-After of $name: never waits past the deadline, and says how long to wait',
  async ({ name, retryAfter, tellsMs }) => {
    const id = `limit_${cases.findIndex((one) => one.name === name)}`;
    await publish(system, simpleDocument(id));
    await system.sandbox.behave({
      integration: id,
      do: { kind: 'rate_limit', ...(retryAfter !== undefined && { retryAfter: retryAfter() }) },
    });
    const deadlineMs = 1_000;
    const started = performance.now();
    const result = await system.agent.execute(`${id}_look`, { number: 1 }, { deadlineMs });
    const over = Math.max(0, performance.now() - started - deadlineMs);
    expect(result.error?.code).toBe('rate_limited');
    measured({
      row: 'F22',
      what: `Retry-After of ${name}: answer after the deadline`,
      unit: 'ms',
      value: over,
      bound: 50,
    });
    if (tellsMs === null) expect(result.error?.retry_after_ms ?? 0).toBeLessThan(60_000);
    else expect(Math.abs((result.error?.retry_after_ms ?? 0) - tellsMs)).toBeLessThan(30_000);
    // What asks for an hour is asked once; what names no time may be tried again, three times at most.
    const asked = (await system.sandbox.requests({ tool: `${id}_look` })).length;
    expect(asked).toBeLessThanOrEqual(tellsMs === null ? 3 : 1);
  },
);
