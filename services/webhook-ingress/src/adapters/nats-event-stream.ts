import {
  buildSubject,
  decodeWebhookEvent,
  encodeWebhookEvent,
  eventTypeToken,
  streams,
  webhookEventHeader,
  webhookSubject,
  wildcardSubject,
} from '@patchbay/contracts';
import { type Bucket, type Messaging, StreamRefusal } from '@patchbay/messaging';
import { NotPersisted, type PersistEvents } from '../operations/ports.ts';
import type { ReadHistory } from '../operations/rebuild-claims.ts';

/** Milliseconds that the stream has to confirm an event. */
const publishMs = 2_000;
/** Headers read at once. */
const pageRows = 500;

/** The stream `WEBHOOKS`, which this service alone writes, and the bucket of whole requests. */
export function createNatsEventStream(
  messaging: Pick<Messaging, 'publishDurable' | 'readStream' | 'connected'>,
  requests: Bucket,
): PersistEvents & ReadHistory {
  return {
    async publish(event, payload) {
      // Without a connection it would wait in this process, and be sent at some time after the vendor was told to come again.
      if (!messaging.connected) throw new NotPersisted('there is no connection to NATS');
      const { tenant, source, type, dedup_key, id } = event;
      const subject = buildSubject(webhookSubject, { tenant, source, event_type: eventTypeToken(type) });
      try {
        const { duplicate } = await messaging.publishDurable(subject, payload, {
          messageId: `${tenant}.${source}.${dedup_key ?? id}`,
          headers: { [webhookEventHeader]: encodeWebhookEvent(event) },
          timeoutMs: publishMs,
        });
        return { duplicate };
      } catch (error) {
        if (certainlyNot(error)) throw new NotPersisted('the stream did not take it', { cause: error });
        throw error;
      }
    },
    async keepRequest(tenant, source, request, body) {
      await requests.put(`${tenant}.${source}.${request}`, body, publishMs);
    },
    async *since(time) {
      const filter = wildcardSubject(webhookSubject);
      const pages = messaging.readStream(streams.webhooks.name, { filter, after: time, pageRows, headersOnly: true });
      for await (const { messages } of pages)
        yield messages.flatMap((message) => decodeWebhookEvent(message.header(webhookEventHeader)) ?? []);
    },
  };
}

/** Whether the server said so itself, or nobody was there to take it. */
function certainlyNot(error: unknown): boolean {
  return error instanceof StreamRefusal || (error instanceof Error && error.name === 'NoRespondersError');
}
