import { buildSubject, PatchbayError, streams, submissionSubject } from '@patchbay/contracts';
import type { Messaging } from '@patchbay/messaging';
import type { WaitingSubmissions } from '../operations/subjects/waiting-submissions.ts';

const stream = streams.submissions.name;

/** Messages of the stream `SUBMISSIONS`, one at a time: a queue lets nobody read it but those who work through it. */
export function createNatsWaitingSubmissions(
  messaging: Pick<Messaging, 'nextOfSubject' | 'eraseMessage'>,
): WaitingSubmissions {
  return {
    async *ofTenant(tenant) {
      const subject = buildSubject(submissionSubject, { tenant });
      for (let from = 0; ; ) {
        const message = await available(messaging.nextOfSubject(stream, subject, from));
        if (message === null) return;
        yield { sequence: message.sequence, text: Buffer.from(message.payload).toString('utf8') };
        from = message.sequence + 1;
      }
    },
    erase: async (sequence) => void (await available(messaging.eraseMessage(stream, sequence))),
  };
}

async function available<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause) => {
    throw cause instanceof PatchbayError
      ? cause
      : new PatchbayError('overloaded', { message: 'The stream of submissions cannot be reached.', cause });
  });
}
