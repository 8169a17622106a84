import { AuditQuery, ListUnknown, PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import type { OpenIntent } from '../domain/open-intent.ts';
import type { EventFilter } from '../domain/query-filter.ts';
import { createListUnknown } from './list-unknown.ts';

const now = Date.UTC(2026, 2, 2);
const id = (n: number) => String(n).padStart(26, '0');
const open = (n: number, agoMs: number): OpenIntent => ({
  tenant: 'acme',
  executionId: `exe_${id(n)}`,
  tool: 'a_tool',
  session: null,
  eventId: `aud_${id(n)}`,
  recordedAtMs: now - agoMs,
});
const told = (n: number, agoMs: number) => {
  const event = auditEvent({
    time: new Date(now - agoMs).toISOString(),
    data: { execution_id: `exe_${id(n)}`, outcome: 'outcome_unknown' },
  });
  return { position: { epochMs: now - agoMs, eventId: event.id }, event };
};

function setup(intents: OpenIntent[], outcomes: ReturnType<typeof told>[], recordError?: Error) {
  const asked: { range?: object; filter?: EventFilter } = {};
  const recorded: object[] = [];
  const list = createListUnknown({
    now: () => now,
    readOpenIntents: async (range) => {
      asked.range = range;
      return intents;
    },
    readPage: async (filter) => {
      asked.filter = filter;
      return { entries: outcomes, more: false };
    },
    record: async (entry) => {
      if (recordError) throw recordError;
      recorded.push(entry);
    },
  });
  return {
    asked,
    recorded,
    list: (fields: object = {}) => list(ListUnknown.parse({ tenant: 'acme', ...fields }), { traceId: null }),
  };
}

describe('listing executions of unknown effect', () => {
  it('mixes those without an outcome and those whose outcome is unknown, newest first', async () => {
    const { list, asked, recorded } = setup([open(1, 300_000), open(2, 600_000)], [told(3, 400_000)]);
    const found = await list();
    expect(found.executions.map(({ execution_id: execution, why }) => [execution, why])).toEqual([
      [`exe_${id(1)}`, 'no_outcome'],
      [`exe_${id(3)}`, 'outcome_unknown'],
      [`exe_${id(2)}`, 'no_outcome'],
    ]);
    expect(found.more).toBe(false);
    expect(asked.range).toEqual({
      sinceMs: now - 604_800_000,
      beforeMs: now - 180_000,
      limit: 101,
      tenant: 'acme',
      newestFirst: true,
    });
    expect(asked.filter).toMatchObject({ tenant: 'acme', class: 'execution', status: 'outcome_unknown', limit: 101 });
    expect(recorded).toMatchObject([{ class: 'query', data: { outcome: 'succeeded', facts: { executions: 3 } } }]);
  });

  it('says when older ones were left out', async () => {
    const found = await setup([open(1, 300_000), open(2, 600_000)], [told(3, 400_000)]).list({ limit: 2 });
    expect(found.executions).toHaveLength(2);
    expect(found.more).toBe(true);
  });

  it('tells nothing when the reading cannot be recorded', async () => {
    const { list } = setup([open(1, 300_000)], [], new PatchbayError('audit_unavailable'));
    await expect(list()).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  it('is asked as strictly as a query', () => {
    expect(AuditQuery.safeParse({ tenant: 'acme', older_than_ms: 1 }).success).toBe(false);
    expect(ListUnknown.safeParse({ tenant: 'acme', limit: 1_001 }).success).toBe(false);
  });
});
