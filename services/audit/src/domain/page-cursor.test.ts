import { newId } from '@patchbay/contracts';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './page-cursor.ts';

describe('page cursors', () => {
  it('come back as they were, and pass for one token of a URL', () => {
    const position = { epochMs: 1_777_629_600_123, eventId: newId('auditEvent') };
    const cursor = encodeCursor(position);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,200}$/);
    expect(decodeCursor(cursor)).toEqual(position);
  });

  it.each([
    '',
    'x',
    '!!!',
    btoa('1.aud_short'),
    btoa(`999999999999999.${newId('auditEvent')}`),
    btoa(`-1.${newId('auditEvent')}`),
    btoa(`1.${newId('auditEvent')}' or true`),
  ])('refuses %s with the path cursor', (cursor) =>
    expect(() => decodeCursor(cursor)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        body: expect.objectContaining({ details: { issues: [expect.objectContaining({ path: 'cursor' })] } }),
      }),
    ),
  );
});
