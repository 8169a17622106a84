import {
  buckets,
  decodeWebhookEvent,
  PatchbayError,
  streams,
  timeOfId,
  type WebhookEvent,
  webhookEventHeader,
  webhookSubject,
} from '@patchbay/contracts';
import type { Bucket, Messaging, StreamMessage } from '@patchbay/messaging';
import { LRUCache } from 'lru-cache';
import type { ReadEvents, StoredEvent } from '../operations/ports.ts';
import { readBackwards } from './read-backwards.ts';

const stream = streams.webhooks.name;
/** Bytes of payloads that are kept at hand: one event goes to several subscriptions. */
const maxKeptBytes = 64 * 1_048_576;
/** Milliseconds for which they are: what another process erases is not delivered for longer. */
const keptMs = 60_000;
/** Messages read at once: with payloads, and without. */
const pageRows = { whole: 64, headers: 512 };
/** Milliseconds before an event's id was made, and after, between which its stream has it. */
const earlyMs = 5_000;
const lateMs = 120_000;

export interface EventsOptions {
  readonly messaging: Pick<Messaging, 'streamMessage' | 'readStream' | 'streamBounds'>;
  /** The bucket `webhook_requests`. */
  readonly requests: Pick<Bucket, 'get'>;
}

export interface NatsEvents extends ReadEvents {
  /** An event that was just read: deliveries will ask for it. */
  keep(stored: StoredEvent): void;
  /** One that was erased. */
  forget(sequence: number): void;
}

/** Events in the JetStream stream `WEBHOOKS`. What is no event in it is passed over. */
export function createNatsEvents({ messaging, requests }: EventsOptions): NatsEvents {
  const kept = new LRUCache<number, StoredEvent>({
    maxSize: maxKeptBytes,
    ttl: keptMs,
    // By themselves, not when they are next asked for: otherwise every payload stays until its room is needed.
    ttlAutopurge: true,
    sizeCalculation: ({ payload }) => payload.byteLength + 2_048,
  });
  const subjectOf = (tenant: string, source: string | undefined) =>
    webhookSubject
      .replace('{tenant}', tenant)
      .replace('{source}', source ?? '*')
      .replace('{event_type}', '*');

  return {
    keep: (stored) => void kept.set(stored.sequence, stored),
    forget: (sequence) => void kept.delete(sequence),
    async at(sequence) {
      const known = kept.get(sequence);
      if (known !== undefined) return known;
      const message = await available(messaging.streamMessage(stream, sequence));
      const stored = message === null ? null : readStored(message);
      if (stored !== null) kept.set(sequence, stored);
      return stored;
    },
    async find(tenant, id) {
      const madeAt = timeOfId(id);
      const filter = subjectOf(tenant, undefined);
      const pages = messaging.readStream(stream, {
        filter,
        after: new Date(madeAt - earlyMs),
        pageRows: pageRows.headers,
        headersOnly: true,
      });
      const found = await available(findIn(pages, id, madeAt + lateMs));
      return found === null ? null : this.at(found);
    },
    async *newestFirst(tenant, { source, from }, { before, payloads }) {
      const since = from === undefined ? null : Date.parse(from);
      const pages = readBackwards(messaging, {
        stream,
        filter: subjectOf(tenant, source),
        before,
        headersOnly: !payloads,
        pageRows: payloads ? pageRows.whole : pageRows.headers,
        goOn: (oldest) => since === null || receivedAt(oldest) >= since,
      });
      for await (const page of pages) {
        yield page.flatMap((message) => {
          const stored = readStored(message);
          return stored === null ? [] : [{ ...stored, payloadBytes: payloadBytesOf(message) }];
        });
      }
    },
    async requestBody({ tenant, source, request }: WebhookEvent) {
      const entry = await available(requests.get(`${tenant}.${source}.${request.id}`));
      return entry?.value ?? null;
    },
  };
}

/** The event of a message of `WEBHOOKS`; null for what is none. */
export function readStored(message: StreamMessage): StoredEvent | null {
  const event = decodeWebhookEvent(message.header(webhookEventHeader));
  // A copy: the message is a view of whatever else came in with it, and its `slice`, being a Buffer's, would be one as well.
  return event === null ? null : { event, payload: new Uint8Array(message.payload), sequence: message.sequence };
}

async function findIn(pages: ReturnType<Messaging['readStream']>, id: string, until: number): Promise<number | null> {
  for await (const { messages } of pages) {
    for (const message of messages) {
      const event = decodeWebhookEvent(message.header(webhookEventHeader));
      if (event?.id === id) return message.sequence;
      if (event !== null && timeOfId(event.id) > until) return null;
    }
  }
  return null;
}

/** Without its payload, a message says how large it is in a header of the server's. */
function payloadBytesOf(message: StreamMessage): number {
  return message.payload.byteLength || Number(message.header('Nats-Msg-Size') ?? 0);
}

function receivedAt(message: StreamMessage): number {
  const event = decodeWebhookEvent(message.header(webhookEventHeader));
  return event === null ? Number.POSITIVE_INFINITY : Date.parse(event.received_at);
}

async function available<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause) => {
    throw cause instanceof PatchbayError
      ? cause
      : new PatchbayError('overloaded', {
          message: `The stream ${stream} or ${buckets.webhook_requests.name} cannot be reached.`,
          cause,
        });
  });
}
