import { everyTenant } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { noUsage } from '../domain/usage-window.ts';
import { createQueryAnalytics } from './query-analytics.ts';
import type { RecordAudit } from './query-audit.ts';

const minute = 60_000;

function stage(record: (entry: Parameters<RecordAudit>[0]) => Promise<void>) {
  let now = Date.parse('2026-11-30T08:00:00Z');
  const ask = createQueryAnalytics({
    now: () => now,
    addUp: async () => noUsage as never,
    addUpBy: async () => ({ groups: [], more: false }),
    prices: null,
    record,
  });
  return {
    look: (tenant: string | undefined) =>
      ask({ ...(tenant !== undefined && { tenant }), group_by: 'tool', sort: 'calls', limit: 10 } as never),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('a look at usage is recorded once in ten minutes for each tenant, with how many there were besides', async () => {
  const told: unknown[] = [];
  const { look, pass } = stage(async ({ tenant, type, data }) => void told.push([tenant, type, data.facts]));
  await look('acme');
  for (let i = 0; i < 5; i++) await look('acme');
  await look(undefined);
  pass(10 * minute);
  await look('acme');
  expect(told).toEqual([
    ['acme', 'dev.patchbay.audit.analytics_read', { before: 0 }],
    [everyTenant, 'dev.patchbay.audit.analytics_read', { before: 0 }],
    ['acme', 'dev.patchbay.audit.analytics_read', { before: 5 }],
  ]);
});

test('nothing is shown while it cannot be recorded', async () => {
  const { look } = stage(() => Promise.reject(new Error('away')));
  await expect(look('acme')).rejects.toThrow('away');
  await expect(look('acme')).rejects.toThrow('away');
});
