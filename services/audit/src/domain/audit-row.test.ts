import { describe, expect, it } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import { toAuditRow } from './audit-row.ts';

const origin = { class: 'execution', sequence: 9, producer: 'executor', altered: false } as const;

describe('rows of audit events', () => {
  it('lift what queries select by and keep the whole event', () => {
    const event = auditEvent({ data: { error_code: 'upstream_error', outcome: 'failed' } });
    expect(toAuditRow(event, 1_000, origin)).toEqual({
      event_id: event.id,
      tenant: 'acme',
      class: 'execution',
      type: event.type,
      time: '1970-01-01T00:00:01.000Z',
      stream_sequence: 9,
      producer: 'executor',
      execution_id: event.data.execution_id,
      tool: 'slack_post_message',
      session: 'call-77',
      status: 'failed',
      error_code: 'upstream_error',
      duration_ms: 84.12,
      tokens: null,
      replayed: false,
      altered: false,
      end_user: null,
      event,
      blob: null,
    });
  });

  it('have nulls for what an event does not say', () => {
    const event = auditEvent({
      data: { actor: { kind: 'admin', id: 'admin' }, execution_id: undefined, tool: undefined, duration_ms: undefined },
    });
    expect(toAuditRow(event, 0, origin)).toMatchObject({
      execution_id: null,
      tool: null,
      session: null,
      error_code: null,
      duration_ms: null,
    });
  });

  it('shorten indexed text to what an index entry holds, without cutting a character in two', () => {
    const event = auditEvent({ data: { tool: `${'x'.repeat(255)}👍` } });
    expect(toAuditRow(event, 0, origin).tool).toBe(`${'x'.repeat(255)}\uFFFD`);
  });
});
