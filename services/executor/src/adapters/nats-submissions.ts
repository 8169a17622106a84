import { buildSubject, DeadLetter, PatchbayError, submissionSubject } from '@patchbay/contracts';
import { type Bucket, type Messaging, StreamRefusal } from '@patchbay/messaging';
import { z } from 'zod';
import type { SubmissionRecord } from '../domain/submission-record.ts';
import type { KeepDeadLetters, KeepResults, QueueSubmission } from '../operations/submissions/ports.ts';

/** JetStream refuses a message because its subject holds as many as it may. Source: nats-server `errors.json`. */
const subjectIsFull = 10_077;

async function available<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PatchbayError ? error : new PatchbayError('overloaded', { message, cause: error });
  }
}

const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

/** Results by tenant and submission in the JetStream key-value bucket `results`. */
export function createNatsResults(bucket: Bucket): KeepResults {
  const away = 'The results of submissions cannot be reached.';
  const keyOf = (tenant: string, id: string) => `${tenant}.${id}`;
  return {
    async read(tenant, id) {
      const entry = await available(bucket.get(keyOf(tenant, id)), away);
      return entry === null
        ? null
        : { record: JSON.parse(text(entry.value)) as SubmissionRecord, revision: entry.revision };
    },
    create: (tenant, id, record) => available(bucket.create(keyOf(tenant, id), JSON.stringify(record)), away),
    update: (tenant, id, record, revision) =>
      available(bucket.update(keyOf(tenant, id), JSON.stringify(record), revision), away),
    remove: async (tenant, id, revision) => void (await available(bucket.delete(keyOf(tenant, id), revision), away)),
  };
}

/** The stream `SUBMISSIONS`. */
export function createNatsQueue(messaging: Pick<Messaging, 'publishDurable'>): QueueSubmission {
  return {
    async add(tenant, stored, messageId) {
      try {
        await messaging.publishDurable(buildSubject(submissionSubject, { tenant }), JSON.stringify(stored), {
          messageId,
        });
      } catch (cause) {
        const message =
          cause instanceof StreamRefusal && cause.code === subjectIsFull
            ? 'As many submissions of this tenant are waiting as may. Submit it again later.'
            : 'The stream of submissions did not confirm. Submit it again with the same submission_id.';
        throw new PatchbayError('overloaded', { message, retryAfterMs: 1_000, cause });
      }
    },
  };
}

const Stored = z.object({ letter: DeadLetter, payload: z.string() });

/** Dead letters in the JetStream key-value bucket `dead_letters`, so that one can be dropped without a right to delete messages. */
export function createNatsDeadLetters(bucket: Bucket): KeepDeadLetters {
  const away = 'The dead letters cannot be reached.';
  const parse = (value: Uint8Array) => Stored.parse(JSON.parse(text(value)));
  return {
    put: async (letter, payload) =>
      void (await available(bucket.put(`${letter.tenant}.${letter.id}`, JSON.stringify({ letter, payload })), away)),
    async list(tenant) {
      const letters = new Map<string, DeadLetter>();
      const watch = await available(
        bucket.watch(tenant === undefined ? '>' : `${tenant}.>`, ({ key, value }) => {
          if (value === null) letters.delete(key);
          else letters.set(key, parse(value).letter);
        }),
        away,
      );
      watch.unsubscribe();
      return [...letters.values()];
    },
    async read(tenant, id) {
      const entry = await available(bucket.get(`${tenant}.${id}`), away);
      return entry === null ? null : { ...parse(entry.value), revision: entry.revision };
    },
    remove: (tenant, id, revision) => available(bucket.delete(`${tenant}.${id}`, revision), away),
  };
}
