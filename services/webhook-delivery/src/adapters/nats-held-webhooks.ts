import { PatchbayError, streams, webhookSubject } from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import type { AnswerPlace, AnswerRow, HeldWebhooks } from '../operations/subjects/ports.ts';
import { type NatsEvents, readStored } from './nats-events.ts';

const stream = streams.webhooks.name;
const pageRows = { events: 64, answers: 200 };

export interface HeldWebhooksOptions {
  readonly messaging: Pick<Messaging, 'readStream' | 'eraseMessage'>;
  readonly events: Pick<NatsEvents, 'forget'>;
  /** The bucket `webhook_requests`. */
  readonly requests: Pick<Bucket, 'get' | 'delete'>;
  readonly buckets: Readonly<Record<AnswerPlace, Bucket>>;
}

/** Where something of a person may be of what vendors sent: the stream `WEBHOOKS` and what goes with it. */
export function createNatsHeldWebhooks({ messaging, events, requests, buckets }: HeldWebhooksOptions): HeldWebhooks {
  return {
    async *eventsAfter(tenant, after) {
      const filter = webhookSubject.replace('{tenant}', tenant).replace('{source}', '*').replace('{event_type}', '*');
      for await (const { messages } of readable(
        messaging.readStream(stream, { filter, after, pageRows: pageRows.events }),
      ))
        yield messages.flatMap((message) => readStored(message) ?? []);
    },
    async eraseEvent(sequence) {
      await available(messaging.eraseMessage(stream, sequence));
      events.forget(sequence);
    },
    async eraseRequest({ tenant, source, request }) {
      const key = `${tenant}.${source}.${request.id}`;
      const entry = await available(requests.get(key));
      return entry !== null && (await available(requests.delete(key, entry.revision)));
    },
    async *answers(place, tenant) {
      const pages = buckets[place].scan(`${tenant}.*`, { after: 0, pageRows: pageRows.answers });
      for await (const { entries } of readable(pages))
        for (const { key, revision, value } of entries) {
          const row = parsed(value);
          if (row !== null) yield { key, revision, value: row } satisfies AnswerRow;
        }
    },
    replaceAnswer: async (place, { key, revision }, value) =>
      (await available(buckets[place].update(key, JSON.stringify(value), revision))) !== null,
  };
}

function parsed(value: Uint8Array): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function* readable<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page, void, undefined> {
  try {
    yield* pages;
  } catch (cause) {
    throw away(cause);
  }
}

async function available<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause) => {
    throw away(cause);
  });
}

function away(cause: unknown): PatchbayError {
  return cause instanceof PatchbayError
    ? cause
    : new PatchbayError('overloaded', { message: 'What is kept of webhooks cannot be reached.', cause });
}
