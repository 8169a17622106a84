import { VerifyAudit } from '@patchbay/contracts';
import { expect, test } from 'vitest';
import { auditEvent, auditMessage } from '../../test/audit-event.fixture.ts';
import { checkMessage, type VerifyMac } from '../domain/check-message.ts';
import { createVerifyAudit } from './verify-audit.ts';

/** What a verification says of an event of last year, as a spool brings one, at place 7 of the stream. */
async function verified({
  storedUpTo = 7,
  stored = false,
  claimed = [],
  bounds = { first: 1, last: 7 },
}: {
  readonly storedUpTo?: number;
  /** Whether the projection has the event. */
  readonly stored?: boolean;
  /** Places of what the projection has beside it. */
  readonly claimed?: readonly number[];
  readonly bounds?: { readonly first: number; readonly last: number };
}) {
  const message = { ...auditMessage([auditEvent({ time: '2025-05-01T10:00:00.000Z' })]), sequence: 7 };
  const proven: VerifyMac = () => ({ ok: true, producer: 'executor' });
  const asStored = checkMessage(message, proven).rows.map(({ row }) => ({
    ...row,
    time_ms: Date.parse(row.time),
    event: JSON.stringify(row.event),
    purged: false,
  }));
  const verify = createVerifyAudit({
    now: Date.now,
    verify: proven,
    readStoredUpTo: async () => storedUpTo,
    async *readMessages() {
      yield { messages: [message], left: 0 };
    },
    readStored: async () => (stored ? asStored : []),
    readClaimed: async ({ first, last }) =>
      claimed
        .filter((sequence) => sequence >= first && sequence <= last)
        .map((stream_sequence) => ({ stream_sequence, event_id: `aud_${stream_sequence}` })),
    readBounds: async () => bounds,
    verifyLog: async () => ({ ...emptyLog }),
    record: async () => {},
  });
  const { pending, problems } = await verify(VerifyAudit.parse({ tenant: 'acme' }), { traceId: null });
  return {
    pending,
    problems: problems.map(({ what, sequence }) => (what === 'not_stored' ? what : `${what} ${sequence}`)),
  };
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
  expect(await verified({ storedUpTo: 6 })).toEqual({ pending: 1, problems: [] });
});

test('an event that the projection has taken, and does not have, is a problem, however young its message', async () => {
  expect(await verified({ storedUpTo: 7 })).toEqual({ pending: 0, problems: ['not_stored'] });
});

test('what the projection claims of a place where the stream has something else, or that it never gave out, is a problem', async () => {
  expect(await verified({ stored: true, claimed: [3, 9], bounds: { first: 1, last: 8 } })).toEqual({
    pending: 0,
    problems: ['not_in_stream 3', 'not_in_stream 9'],
  });
});

test('what the stream has let go of, and what came while we read, is none', async () => {
  expect(await verified({ stored: true, claimed: [3, 8], bounds: { first: 4, last: 8 } })).toEqual({
    pending: 0,
    problems: [],
  });
});
