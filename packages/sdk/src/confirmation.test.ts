import { errorBody, newId } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { approvalOf, confirmationOf } from './index.ts';

const confirmation = { token: 'c1.a.b', ask: 'Shall I cancel it?', expires_at: '2026-12-01T10:00:00.000Z' };
const approval = { id: newId('approval'), state: 'waiting', expires_at: '2026-12-01T10:00:00.000Z' };

test('what a refusal asks for is read from it, and from no other', () => {
  const asks = { error: errorBody('confirmation_required', { details: { confirmation } }) };
  const waits = { error: errorBody('approval_required', { details: { approval } }) };
  expect([confirmationOf(asks), approvalOf(waits)]).toEqual([confirmation, approval]);
  expect([confirmationOf(waits), approvalOf(asks)]).toEqual([null, null]);
  expect([confirmationOf({ error: null }), approvalOf({ error: errorBody('approval_required') })]).toEqual([
    null,
    null,
  ]);
});
