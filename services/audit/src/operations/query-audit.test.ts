import { AuditQuery, PatchbayError } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import { decodeCursor } from '../domain/page-cursor.ts';
import type { EventFilter } from '../domain/query-filter.ts';
import { createQueryAudit, type EventPage, type RecordAudit } from './query-audit.ts';

const entry = (event = auditEvent()) => ({ position: { epochMs: 1_000, eventId: event.id }, event });
const traced = { traceId: 'a'.repeat(32) };

function setup({
  page = { entries: [], more: false },
  readError,
  recordError,
}: {
  page?: EventPage;
  readError?: Error;
  recordError?: Error;
} = {}) {
  const steps: string[] = [];
  const filters: EventFilter[] = [];
  const recorded: Parameters<RecordAudit>[0][] = [];
  const query = createQueryAudit({
    async readPage(filter) {
      steps.push('read');
      filters.push(filter);
      if (readError) throw readError;
      return page;
    },
    async record(event) {
      steps.push('record');
      if (recordError) throw recordError;
      recorded.push(event);
    },
  });
  return { query, steps, filters, recorded };
}

const request = (fields: object = {}) => AuditQuery.parse({ tenant: 'acme', ...fields });

describe('querying the audit record', () => {
  it('records the query with its filters before it answers', async () => {
    const found = entry();
    const { query, steps, recorded, filters } = setup({ page: { entries: [found], more: false } });
    expect(await query(request({ tool: 'slack_post_message' }), traced)).toEqual({
      events: [found.event],
      next_cursor: null,
    });
    expect(steps).toEqual(['read', 'record']);
    expect(filters).toEqual([{ tenant: 'acme', tool: 'slack_post_message', limit: 100 }]);
    expect(recorded).toEqual([
      {
        tenant: 'acme',
        class: 'query',
        type: 'dev.patchbay.audit.queried',
        data: {
          actor: { kind: 'admin', id: 'admin' },
          target: { kind: 'audit_log', id: 'acme' },
          outcome: 'succeeded',
          trace_id: traced.traceId,
          facts: { tool: 'slack_post_message', limit: 100, events: 1 },
        },
      },
    ]);
  });

  it('answers nothing when the query cannot be recorded', async () => {
    const { query } = setup({
      page: { entries: [entry()], more: false },
      recordError: new PatchbayError('audit_unavailable'),
    });
    await expect(query(request(), traced)).rejects.toMatchObject({ code: 'audit_unavailable' });
  });

  it('gives a cursor of the last event when older ones match', async () => {
    const entries = [entry(), entry()];
    const { query } = setup({ page: { entries, more: true } });
    const answer = await query(request(), { traceId: null });
    expect(decodeCursor(answer.next_cursor as string)).toEqual(entries[1]?.position);
  });

  it('records a refused query as refused and a failed one as failed', async () => {
    const refused = setup();
    await expect(refused.query(request({ cursor: 'bad' }), traced)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(refused.recorded[0]?.data).toMatchObject({ outcome: 'refused', error_code: 'invalid_request' });

    const failed = setup({ readError: new PatchbayError('audit_unavailable') });
    await expect(failed.query(request(), traced)).rejects.toMatchObject({ code: 'audit_unavailable' });
    expect(failed.recorded[0]?.data).toMatchObject({ outcome: 'failed', error_code: 'audit_unavailable' });

    const broken = setup({ readError: new TypeError('defect') });
    await expect(broken.query(request(), traced)).rejects.toThrow('defect');
    expect(broken.recorded[0]?.data).toMatchObject({ outcome: 'failed', error_code: 'internal' });
  });

  it('reports why the read failed even when that cannot be recorded', async () => {
    const { query } = setup({
      readError: new PatchbayError('audit_unavailable', { message: 'store away' }),
      recordError: new PatchbayError('audit_unavailable', { message: 'stream away' }),
    });
    await expect(query(request(), traced)).rejects.toThrow('store away');
  });

  it('cuts an answer to what one message carries and goes on from there', async () => {
    const large = () => entry(auditEvent({ data: { facts: { text: 'é'.repeat(200_000) } } }));
    const entries = [large(), large(), large()];
    const { query } = setup({ page: { entries, more: false } });
    const answer = await query(request(), traced);
    expect(answer.events.map(({ id }) => id)).toEqual(entries.slice(0, 2).map(({ event }) => event.id));
    expect(decodeCursor(answer.next_cursor as string)).toEqual(entries[1]?.position);
  });

  it('answers with one event however large it is', async () => {
    const entries = [entry(auditEvent({ data: { facts: { text: 'x'.repeat(950_000) } } })), entry()];
    const answer = await setup({ page: { entries, more: false } }).query(request(), traced);
    expect(answer.events).toHaveLength(1);
    expect(answer.next_cursor).not.toBeNull();
  });
});
