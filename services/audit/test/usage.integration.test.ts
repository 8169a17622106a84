import { AnalyticsRequest, newId } from '@patchbay/contracts';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPostgresUsage } from '../src/adapters/postgres-usage.ts';
import { createQueryAnalytics, type Prices } from '../src/operations/query-analytics.ts';
import { auditEvent, auditMessage, type EventChanges } from './audit-event.fixture.ts';
import { storeKinds } from './stores.ts';
import { useDatabase } from './use-database.test-support.ts';

const at = (second: number) => new Date(Date.UTC(2026, 4, 1, 10, 0, second)).toISOString();
const prices: Prices = { currency: 'EUR', perMillionTokens: 1_000, perCall: { dear_tool: 0.5, '*': 0.25 } };

for (const kind of storeKinds) {
  describe.skipIf(!kind.available)(`usage on ${kind.title}`, () => {
    const audit = useDatabase(kind);
    beforeAll(async () => {
      const outcome = (tenant: string, second: number, data: EventChanges['data'] = {}) =>
        auditEvent({ tenant, time: at(second), data: { tool: 'cheap_tool', duration_ms: 10, ...data } });
      const acme = [
        ...Array.from({ length: 97 }, (_, i) => outcome('acme', i % 20, { duration_ms: i + 1, tokens: 10 })),
        outcome('acme', 30, {
          tool: 'dear_tool',
          duration_ms: 900,
          tokens: 1_000,
          actor: { kind: 'agent', id: 'a', session: 'call-1' },
        }),
        outcome('acme', 31, { tool: 'dear_tool', duration_ms: 5_000, outcome: 'failed', error_code: 'upstream_error' }),
        outcome('acme', 32, { tool: 'dear_tool', duration_ms: 1, outcome: 'refused', error_code: 'rate_limited' }),
        outcome('acme', 33, { duration_ms: 0.01, replayed: true, tokens: 10 }),
        // Neither an intent nor another class is a call.
        outcome('acme', 34, { outcome: 'intent' }),
      ];
      const rival = [
        outcome('rival', 5, { tool: 'rival_secret_tool', outcome: 'outcome_unknown', error_code: 'outcome_unknown' }),
      ];
      await audit.storeBatch([
        auditMessage(acme, { tenant: 'acme' }),
        auditMessage(rival, { tenant: 'rival' }),
        auditMessage([outcome('acme', 6, { tool: 'no_call' })], { tenant: 'acme', class: 'credential' }),
      ]);
    }, 120_000);

    const ask = (fields: Partial<AnalyticsRequest>, priced: Prices | null = null) =>
      createQueryAnalytics({
        now: () => Date.parse(at(59)),
        ...createPostgresUsage(audit.database, priced),
        prices: priced,
        record: async () => {},
      })(AnalyticsRequest.parse({ from: at(0), to: at(40), ...fields }));

    it('adds up a tenant’s calls, and times those that were carried out', async () => {
      const { totals, groups, more, currency } = await ask({ tenant: 'acme' });
      expect(totals).toEqual({
        calls: 101,
        succeeded: 99,
        failed: 1,
        refused: 1,
        cancelled: 0,
        outcome_unknown: 0,
        replayed: 1,
        mean_ms: expect.closeTo((97 * 49 + 900 + 5_000 + 1) / 100, 3),
        p50_ms: 49.5,
        p95_ms: expect.closeTo(94.05, 3),
        p99_ms: expect.closeTo(941, 0),
        max_ms: 5_000,
        tokens: 1_980,
        cost: null,
      });
      expect([more, currency]).toEqual([false, null]);
      expect(groups.map(({ key, calls }) => [key, calls])).toEqual([
        ['cheap_tool', 98],
        ['dear_tool', 3],
      ]);
    });

    it('sorts by what is asked, and says when groups were left out', async () => {
      const first = async (sort: AnalyticsRequest['sort']) =>
        (await ask({ tenant: 'acme', sort, limit: 1 }, prices)).groups[0]?.key;
      expect(
        await Promise.all((['calls', 'failed', 'refused', 'slowest', 'tokens', 'cost'] as const).map(first)),
      ).toEqual(['cheap_tool', 'dear_tool', 'dear_tool', 'dear_tool', 'dear_tool', 'cheap_tool']);
      expect((await ask({ tenant: 'acme', limit: 1 })).more).toBe(true);
    });

    it('reckons with the prices of calls that were sent and of tokens', async () => {
      const { totals, groups, currency } = await ask({ tenant: 'acme' }, prices);
      expect(currency).toBe('EUR');
      expect(groups.map(({ key, cost }) => [key, cost])).toEqual([
        ['cheap_tool', 97 * 0.25 + 0.98],
        ['dear_tool', 2 * 0.5 + 1],
      ]);
      expect(totals.cost).toBeCloseTo(97 * 0.25 + 0.98 + 2, 6);
    });

    it('tells time in whole buckets, those in which nothing ended too', async () => {
      const { groups, bucket_ms } = await ask({ tenant: 'acme', group_by: 'time', bucket_ms: 10_000 });
      expect(bucket_ms).toBe(10_000);
      expect(groups.map(({ key, calls }) => [key, calls])).toEqual([
        [at(0), 50],
        [at(10), 47],
        [at(20), 0],
        [at(30), 4],
      ]);
      expect(groups[2]).toMatchObject({ p50_ms: null, tokens: 0, cost: null });
    });

    it.each([
      [
        'session',
        [
          ['call-77', 100],
          ['call-1', 1],
        ],
      ],
      [
        'error',
        [
          ['rate_limited', 1],
          ['upstream_error', 1],
        ],
      ],
      ['tenant', [['acme', 101]]],
    ] as const)('groups by %s', async (group_by, expected) => {
      expect((await ask({ tenant: 'acme', group_by })).groups.map(({ key, calls }) => [key, calls])).toEqual(expected);
    });

    it('narrows to a tool or a session', async () => {
      expect((await ask({ tenant: 'acme', tool: 'dear_tool' })).totals.calls).toBe(3);
      expect((await ask({ tenant: 'acme', session: 'call-1' })).totals.calls).toBe(1);
      expect((await ask({ tenant: 'acme', tool: "x' or 'a'='a" })).totals.calls).toBe(0);
    });

    it('tells a tenant nothing of another, and the platform of all', async () => {
      const all = await Promise.all(
        (['tool', 'tenant', 'session', 'error', 'time'] as const).map((group_by) => ask({ tenant: 'acme', group_by })),
      );
      expect(JSON.stringify(all)).not.toMatch(/rival|outcome_unknown":[^0]/);
      expect((await ask({ group_by: 'tenant' })).groups.map(({ key }) => key)).toEqual(['acme', 'rival']);
      expect(await ask({ tenant: 'nobody' })).toMatchObject({ totals: { calls: 0, p50_ms: null }, groups: [] });
    });

    it('finds the outcomes of all tenants by their index', async () => {
      const tool = newId('execution');
      await audit.database.use((db) =>
        sql`insert into audit_events (event_id, tenant, class, type, time, stream_sequence, producer, tool, status, altered, event)
          select ${`aud_plan_${tool}_`}::text || i, 'tenant-' || i % 50, case when i % 20 = 0 then 'execution' else 'credential' end, 'x',
            timestamptz '2025-01-01' + i * interval '1 minute', i, 'executor', 't', 'succeeded', false, '{}' from generate_series(1, 20000) i`.execute(
          db,
        ),
      );
      await audit.database.use((db) => sql`analyze audit_events`.execute(db));
      const plan = await audit.database.use((db) =>
        sql<
          Record<string, string>
        >`explain select count(*) from audit_events where class = 'execution' and status <> 'intent'
          and time >= '2025-01-05' and time < '2025-01-06'`.execute(db),
      );
      expect(JSON.stringify(plan.rows)).toMatch(/Index (?:Only )?Scan/);
      expect(JSON.stringify(plan.rows)).not.toContain('Seq Scan');
    });
  });
}
