import { VerifyAudit } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { auditEvent, auditMessage } from '../../test/audit-event.fixture.ts';
import { createVerifyAudit } from './verify-audit.ts';

/** An event of last year, as a spool brings one, and a projection that does not have it. */
async function verified(storedUpTo: number) {
  const message = auditMessage([auditEvent({ time: '2025-05-01T10:00:00.000Z' })]);
  const verify = createVerifyAudit({
    now: Date.now,
    verify: () => ({ ok: true, producer: 'executor' }),
    readStoredUpTo: async () => storedUpTo,
    async *readMessages() {
      yield { messages: [{ ...message, sequence: 7 }], left: 0 };
    },
    readStored: async () => [],
    readClaimed: async () => [],
    verifyLog: async () => ({ ...emptyLog }),
    record: async () => {},
  });
  const { pending, problems } = await verify(VerifyAudit.parse({ tenant: 'acme' }), { traceId: null });
  return { pending, problems: problems.map(({ what }) => what) };
}

const emptyLog = {
  origin: 'test',
  size: 0,
  checkpoint: null,
  records: 0,
  purged: 0,
  problem_count: 0,
  problems: [],
  next: null,
};

test('an event behind what the projection has taken is on its way, however old it is', async () => {
  expect(await verified(6)).toEqual({ pending: 1, problems: [] });
});

test('an event that the projection has taken, and does not have, is a problem, however young its message', async () => {
  expect(await verified(7)).toEqual({ pending: 0, problems: ['not_stored'] });
});
