import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CallOutcome } from './call-outcome.ts';
import { runLoad } from './run-load.ts';

const good: CallOutcome = { status: 'succeeded', code: null, what: 'look' };
const bounds = { seconds: 30, calls: 1_000_000, warmupSeconds: 0 };

test('a closed load has as many calls in flight as callers, and ends with its calls', async () => {
  let inFlight = 0;
  let most = 0;
  const numbers: number[] = [];
  const report = await runLoad({
    shape: { kind: 'closed', callers: 5 },
    bounds: { ...bounds, calls: 40 },
    async makeCall(number) {
      numbers.push(number);
      most = Math.max(most, ++inFlight);
      await delay(2);
      inFlight--;
      return number % 10 === 9 ? { status: 'refused', code: 'rate_limited', what: 'write' } : good;
    },
  });
  expect(most).toBe(5);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect(report.ended_by).toBe('calls');
  expect(report.counts).toEqual({
    made: 40,
    succeeded: 36,
    refused: 4,
    failed: 0,
    unknown: 0,
    unanswered: 0,
    not_made: 0,
  });
  expect(report.errors).toEqual({ rate_limited: 4 });
  expect(report.success).toBeCloseTo(0.9);
  expect(report.by_what.map(({ what, succeeded, unsuccessful }) => [what, succeeded, unsuccessful])).toEqual([
    ['look', 36, 0],
    ['write', 0, 4],
  ]);
  expect(report.service_ms.count).toBe(36);
  expect(report.service_ms.p50).toBeGreaterThanOrEqual(1.9);
});

test('an open load counts what was waited for from when calls were due, also by those that could not be made', async () => {
  // 500 a second, one at a time, and the first answer takes 200 ms: 100 callers stand in line meanwhile.
  const report = await runLoad({
    shape: { kind: 'open', perSecond: 500, mostInFlight: 1 },
    bounds: { ...bounds, calls: 60 },
    async makeCall(number) {
      if (number === 0) await delay(200);
      return good;
    },
  });
  expect(report.counts).toMatchObject({ made: 60, succeeded: 60, not_made: 0 });
  // Those who came after it waited for most of it, and only one of them was served slowly.
  expect(report.response_ms.p50).toBeGreaterThan(50);
  expect(report.service_ms.p50).toBeLessThan(50);
  expect(report.generator.late_ms.p50).toBeGreaterThan(50);
  expect(report.generator.at_its_limit).toBe(true);
});

test('an open load goes on at its rate while nothing is answered, and says what was never made', async () => {
  const stop = new AbortController();
  let made = 0;
  const report = await runLoad({
    shape: { kind: 'open', perSecond: 1_000, mostInFlight: 30 },
    bounds: { ...bounds, seconds: 10 },
    signal: stop.signal,
    graceMs: 20,
    makeCall() {
      if (++made === 30) setTimeout(() => stop.abort(), 100);
      return new Promise<CallOutcome>(() => {});
    },
  });
  expect(made).toBe(30);
  expect(report.ended_by).toBe('interrupted');
  expect(report.counts).toMatchObject({ made: 30, succeeded: 0, unanswered: 30 });
  expect(report.counts.not_made).toBeGreaterThanOrEqual(50);
  expect(report.success).toBe(0);
  expect(report.response_ms).toMatchObject({ count: 0, p99: null });
});

test('a closed load is corrected for the calls that its callers left out while they waited', async () => {
  const report = await runLoad({
    shape: { kind: 'closed', callers: 1 },
    bounds: { ...bounds, calls: 30 },
    async makeCall(number) {
      await delay(number === 15 ? 300 : 2);
      return good;
    },
  });
  expect(report.service_ms.count).toBe(30);
  expect(report.response_ms.count).toBeGreaterThan(40);
  expect(report.response_ms.p90 ?? 0).toBeGreaterThan((report.service_ms.p90 ?? 0) * 2);
});

test('calls of the warm-up are made and not measured, and samples add up to what is reported', async () => {
  let all = 0;
  const warming: boolean[] = [];
  const report = await runLoad({
    shape: { kind: 'open', perSecond: 200, mostInFlight: 100 },
    bounds: { ...bounds, seconds: 0.6, warmupSeconds: 0.3 },
    sampleMs: 250,
    onSample: (sample) => warming.push(sample === null),
    async makeCall() {
      all++;
      return good;
    },
  });
  expect(report.ended_by).toBe('time');
  expect(all).toBeGreaterThan(report.counts.made);
  expect(warming[0]).toBe(true);
  expect(report.samples.reduce((sum, { succeeded }) => sum + succeeded, 0)).toBe(report.counts.succeeded);
  expect(report.samples.reduce((sum, { made }) => sum + made, 0)).toBe(report.counts.made);
});

test('no load goes beyond its caps', async () => {
  const shape = { kind: 'closed', callers: 1 } as const;
  const makeCall = async () => good;
  await expect(runLoad({ shape, bounds: { ...bounds, seconds: 3_601 }, makeCall })).rejects.toThrow(/1 to|0\.1 to/);
  await expect(runLoad({ shape, bounds: { ...bounds, calls: 1_000_001 }, makeCall })).rejects.toThrow(RangeError);
  await expect(runLoad({ shape: { kind: 'closed', callers: 5_000 }, bounds, makeCall })).rejects.toThrow(/callers/);
});
