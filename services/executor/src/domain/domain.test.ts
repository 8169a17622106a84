import { PatchbayError } from '@patchbay/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal } from './answers.ts';
import { gcraOf, LocalGcra, partOf } from './gcra.ts';
import { claimGraceMs, readLedger } from './ledger-record.ts';
import { similarNames } from './similar-names.ts';

describe('similar names', () => {
  const names = ['slack_post_message', 'slack_create_channel', 'hubspot_create_contact'];
  test('find a typo and a part', () => {
    expect(similarNames('slack_post_mesage', names)[0]).toBe('slack_post_message');
    expect(similarNames('create_contact', names)).toContain('hubspot_create_contact');
  });
  test('are none for something else altogether', () => expect(similarNames('weather', names)).toEqual([]));
  test('are bounded', () => expect(similarNames('a', ['a1', 'a2', 'a3', 'a4'])).toHaveLength(3));
});

describe('the ledger', () => {
  const record = {
    state: 'running' as const,
    execution_id: 'exe_1',
    tool: 't',
    version: '1.0.0',
    digest: 'd',
    started_at: 1_000,
    deadline_ms: 500,
  };
  test('reads as running until the deadline and its grace are over, then as abandoned', () => {
    expect(readLedger(record, 'd', 1_500 + claimGraceMs)).toEqual({ kind: 'running' });
    expect(readLedger(record, 'd', 1_501 + claimGraceMs)).toEqual({ kind: 'abandoned' });
  });
  test('reads another request under the key as a conflict first of all', () => {
    expect(readLedger(record, 'other', 10 ** 12)).toEqual({ kind: 'conflict' });
  });
});

describe('the local rate limiter', () => {
  test('admits the burst, then one per interval, in any window at most burst + rate · time + 1', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6_000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 200 }),
        (rate, burst, gaps) => {
          const limiter = new LocalGcra();
          const gcra = gcraOf({ requests_per_minute: rate, burst_size: burst });
          let now = 0;
          let admitted = 0;
          for (const gap of gaps) {
            now += gap;
            if (limiter.decide([{ key: 'k', gcra }], now).waitUs === 0) admitted++;
          }
          expect(admitted).toBeLessThanOrEqual(burst + (rate / 60_000_000) * now + 1);
          expect(admitted).toBeGreaterThan(0);
        },
      ),
    );
  });

  test('says exactly how long to wait', () => {
    const limiter = new LocalGcra();
    const gcra = gcraOf({ requests_per_minute: 60, burst_size: 2 });
    const ask = (now: number) => limiter.decide([{ key: 'k', gcra }], now).waitUs;
    expect([ask(0), ask(0)]).toEqual([0, 0]);
    expect(ask(0)).toBe(1_000_000);
    expect(ask(1_000_000)).toBe(0);
  });

  test('takes what was admitted elsewhere into account, up to a burst', () => {
    const limiter = new LocalGcra();
    const gcra = gcraOf({ requests_per_minute: 60, burst_size: 3 });
    const ask = (key: string) => limiter.decide([{ key, gcra }], 0).waitUs;
    limiter.count([{ key: 'once', gcra }], 0);
    expect([ask('once'), ask('once'), ask('once')]).toEqual([0, 0, 1_000_000]);
    for (let i = 0; i < 50; i++) limiter.count([{ key: 'often', gcra }], 0);
    expect(ask('often')).toBe(1_000_000);
  });

  test('counts against no limit when one of several has no room', () => {
    const limiter = new LocalGcra();
    const tight = gcraOf({ requests_per_minute: 1, burst_size: 1 });
    const loose = gcraOf({ requests_per_minute: 60, burst_size: 1 });
    const [first, second] = [
      { key: 'loose', gcra: loose },
      { key: 'tight', gcra: tight },
    ];
    expect(limiter.decide([second], 0).waitUs).toBe(0);
    expect(limiter.decide([first, second], 0)).toEqual({ waitUs: 60_000_000, limit: 1 });
    expect(limiter.decide([first], 0).waitUs).toBe(0);
  });

  test('forgets the oldest keys past its bound', () => {
    const limiter = new LocalGcra(2);
    const gcra = gcraOf({ requests_per_minute: 1, burst_size: 1 });
    for (const key of ['a', 'b', 'c']) limiter.decide([{ key, gcra }], 0);
    expect(limiter.decide([{ key: 'a', gcra }], 0).waitUs).toBe(0);
    expect(limiter.decide([{ key: 'c', gcra }], 0).waitUs).toBeGreaterThan(0);
  });

  test('in parts, kept apart, admits together no more than the whole, but for one each', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6_000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 16 }),
        (rate, burst, parts) => {
          const whole = gcraOf({ requests_per_minute: rate, burst_size: burst });
          const part = partOf(whole, parts);
          const minute = 60_000_000;
          let admitted = 0;
          for (let process = 0; process < parts; process++) {
            const limiter = new LocalGcra();
            for (let now = 0; now <= minute; now += Math.max(1, whole.interval)) {
              if (limiter.decide([{ key: 'k', gcra: part }], now).waitUs === 0) admitted++;
            }
          }
          expect(admitted).toBeLessThanOrEqual(Math.max(burst, parts) + rate + parts);
        },
      ),
    );
  });
});

test('a refusal carries timing and the failure, or internal for a defect', () => {
  const facts = { executionId: 'exe_1', tool: 't', version: null, receivedAt: 10, now: 12.345 };
  expect(refusal(facts, new PatchbayError('cancelled'))).toMatchObject({
    status: 'cancelled',
    timing: { total_ms: 2.35, upstream_ms: 0, overhead_ms: 2.35 },
  });
  expect(refusal(facts, new Error('x'))).toMatchObject({ status: 'refused', error: { code: 'internal' } });
});
