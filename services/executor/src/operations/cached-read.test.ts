import { describe, expect, test } from 'vitest';
import { harness, succeeded, toolOf } from './fakes.test-support.ts';

const cache = { ttlMs: 1_000, singleFlight: true, perCaller: false };
const engineThat = (execute: (input: never) => unknown) => ({
  execute: execute as never,
  foresee: () => null,
  previewRequest: () => ({}) as never,
});

describe('a read whose answers may be shared', () => {
  test('says so when another execution answered it, and audit has it like any other', async () => {
    const { run, audited, background } = harness(
      { engine: engineThat(async () => ({ ...succeeded, attempts: 0, upstreamMs: 0, cached: true })) },
      toolOf({ risk: 'read', cache }),
    );
    expect(await run()).toMatchObject({ status: 'succeeded', cached: true, attempts: 0, timing: { upstream_ms: 0 } });
    await background.settled();
    expect(audited.map(([, , , { outcome, facts }]) => [outcome, facts])).toEqual([['succeeded', { cached: true }]]);
  });

  test('asks the rate limits when the engine makes a call, not before', async () => {
    const limits = {
      asked: 0,
      applies: () => true,
      admit: async () => {
        limits.asked++;
        return null;
      },
    };
    const seen: number[] = [];
    const made = harness(
      {
        limits,
        engine: engineThat(async (input: { admit?: () => Promise<void>; argumentsDigest?: string }) => {
          seen.push(limits.asked);
          await input.admit?.();
          seen.push(limits.asked);
          expect(input.argumentsDigest).toMatch(/^[\w-]{43}$/);
          return succeeded;
        }),
      },
      toolOf({ risk: 'read', cache, rateLimits: { requests_per_minute: 60, burst_size: 1 } }),
    );
    expect((await made.run()).cached).toBeUndefined();
    expect(seen).toEqual([0, 1]);
  });
});
