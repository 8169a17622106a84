import { sha256Of } from '@patchbay/audit-log';
import { expect, test } from 'vitest';
import { auditEvent } from '../../test/audit-event.fixture.ts';
import { toAuditRow } from '../domain/audit-row.ts';
import { NoRecord, toLeafRow } from './log-rows.ts';

const ciphertext = Buffer.from('not to be told from noise');
const origin = { class: 'execution', sequence: 9, producer: 'executor', altered: false } as const;

function rowOf(sha256: string) {
  const sealed = { subject: `tok_${'a'.repeat(43)}`, key: 'sbk_1', sha256, ciphertext: ciphertext.toString('base64') };
  return toAuditRow(auditEvent({ data: { sealed } }), 1_000, origin);
}

test('a ciphertext is kept apart from its event, whose leaf commits to its hash', () => {
  const row = rowOf(sha256Of(ciphertext));
  const { event } = toLeafRow(row);
  expect(row.blob).toEqual({
    subject: row.event.data.sealed?.subject,
    key: 'sbk_1',
    ciphertext: ciphertext.toString('base64'),
  });
  expect(event).toContain(sha256Of(ciphertext));
  expect(event).not.toContain(ciphertext.toString('base64'));
});

test('a ciphertext of another hash than its event says is not stored', () => {
  expect(() => toLeafRow(rowOf(sha256Of(Buffer.from('another'))))).toThrow(NoRecord);
});
