import { AuditQuery, newId } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { encodeCursor } from './page-cursor.ts';
import { filterFacts, toEventFilter } from './query-filter.ts';

const query = (fields: object) => AuditQuery.parse({ tenant: 'acme', ...fields });

describe('query filters', () => {
  it('hold only what was asked for', () => {
    expect(toEventFilter(query({}))).toEqual({ tenant: 'acme', limit: 100 });
    const executionId = newId('execution');
    const position = { epochMs: 5, eventId: newId('auditEvent') };
    const all = query({
      class: 'execution',
      tool: 't',
      session: 's',
      status: 'failed',
      execution_id: executionId,
      from: '2026-05-01T02:00:00+02:00',
      to: '2026-05-02T00:00:00Z',
      limit: 7,
      cursor: encodeCursor(position),
    });
    expect(toEventFilter(all)).toEqual({
      tenant: 'acme',
      class: 'execution',
      tool: 't',
      session: 's',
      status: 'failed',
      executionId,
      fromMs: Date.UTC(2026, 4, 1),
      toMs: Date.UTC(2026, 4, 2),
      limit: 7,
      after: position,
    });
  });

  it.each([
    ['status', { status: 'done' }],
    ['from', { from: '2026-05-02T00:00:00Z', to: '2026-05-01T00:00:00Z' }],
    ['tool', { tool: 'a\0b' }],
    ['session', { session: '\0' }],
    ['cursor', { cursor: 'nonsense' }],
  ])('refuse a bad %s by name', (path, fields) => {
    expect(() => toEventFilter(query(fields))).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        body: expect.objectContaining({ details: { issues: [expect.objectContaining({ path })] } }),
      }),
    );
  });

  it('take a year that the database does not know for the beginning of time', () => {
    expect(toEventFilter(query({ from: '0000-01-01T00:00:00Z' })).fromMs).toBe(0);
  });

  it('become facts without the tenant or the cursor itself', () => {
    expect(filterFacts(query({ tool: 't', limit: 5, cursor: 'secret' }))).toEqual({
      tool: 't',
      limit: 5,
      continued: 'yes',
    });
  });
});
