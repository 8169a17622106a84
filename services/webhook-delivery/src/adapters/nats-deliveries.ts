import {
  buckets,
  buildSubject,
  Delivery,
  deliverySubject,
  PatchbayError,
  streams,
  WebhookDeadLetter,
} from '@patchbay/contracts';
import type { Bucket, Messaging } from '@patchbay/messaging';
import { z } from 'zod';
import type { KeepDeadLetters, KeepDeliveries, KeepFailing, QueueDelivery, Report } from '../operations/ports.ts';
import { readBackwards } from './read-backwards.ts';

const Stored = Delivery.extend({
  failures_of_ours: z.int().nonnegative().default(0),
  failing_of_ours_since: z.iso.datetime().nullable().default(null),
});
const Failing = z.object({ failing_since: z.iso.datetime() });

/** Rows read at once. */
const pageRows = 512;

const keyOf = (tenant: string, id: string) => `${tenant}.${id}`;
const jsonOf = (value: Uint8Array): unknown => JSON.parse(Buffer.from(value).toString('utf8'));

async function available<T>(work: Promise<T>, what: string): Promise<T> {
  return work.catch((cause) => {
    throw cause instanceof PatchbayError
      ? cause
      : new PatchbayError('overloaded', { message: `${what} cannot be reached.`, cause });
  });
}

/** The stream `DELIVERIES`. */
export function createNatsQueue(messaging: Pick<Messaging, 'publishDurable' | 'purgeSubject'>): QueueDelivery {
  const what = 'The stream of deliveries';
  return {
    async add(names, stored, messageId) {
      const subject = buildSubject(deliverySubject, names);
      await available(messaging.publishDurable(subject, JSON.stringify(stored), { messageId, timeoutMs: 5_000 }), what);
    },
    async purge(tenant, subscription) {
      const subject = buildSubject(deliverySubject, { tenant, subscription, lane: 'any' }).replace(/any$/, '*');
      await available(messaging.purgeSubject(streams.deliveries.name, subject), what);
    },
  };
}

/** What became of deliveries, in the JetStream key-value bucket `deliveries`. */
export function createNatsDeliveries(
  bucket: Bucket,
  messaging: Pick<Messaging, 'readStream' | 'streamBounds'>,
): KeepDeliveries {
  const what = 'The records of deliveries';
  const prefix = `$KV.${buckets.deliveries.name}.`;
  return {
    async read(tenant, id) {
      const entry = await available(bucket.get(keyOf(tenant, id)), what);
      return entry === null ? null : { record: Stored.parse(jsonOf(entry.value)), revision: entry.revision };
    },
    async write(record, revision) {
      const key = keyOf(record.tenant, record.id);
      const value = JSON.stringify(record);
      const written = revision === null ? bucket.create(key, value) : bucket.update(key, value, revision);
      return (await available(written, what)) !== null;
    },
    async *newestFirst(tenant, before) {
      const pages = readBackwards(messaging, {
        stream: `KV_${buckets.deliveries.name}`,
        filter: `${prefix}${tenant}.*`,
        before,
        pageRows,
      });
      for await (const page of pages) {
        yield page.flatMap(({ payload, sequence }) => {
          // Marks of failing targets, and of what was deleted, lie beside them.
          const parsed = payload.byteLength === 0 ? null : Delivery.safeParse(jsonOf(payload));
          return parsed?.success ? [{ record: parsed.data, revision: sequence }] : [];
        });
      }
    },
  };
}

/** Dead letters in the JetStream key-value bucket `webhook_dead_letters`. */
export function createNatsDeadLetters(bucket: Bucket): KeepDeadLetters {
  const what = 'The dead letters of webhooks';
  const parse = (value: Uint8Array) => WebhookDeadLetter.parse(jsonOf(value));
  return {
    put: async (letter) =>
      void (await available(bucket.put(keyOf(letter.tenant, letter.id), JSON.stringify(letter)), what)),
    async read(tenant, id) {
      const entry = await available(bucket.get(keyOf(tenant, id)), what);
      return entry === null ? null : parse(entry.value);
    },
    async *ofTenant(tenant) {
      for await (const { entries } of bucket.scan(`${tenant}.*`, { after: 0, pageRows }))
        yield entries.map(({ value }) => parse(value));
    },
    remove: async (tenant, id) => void (await available(bucket.delete(keyOf(tenant, id)), what)),
  };
}

/** Since when targets fail, beside the deliveries: a mark that goes with the first that succeeds, or by its age. */
export function createNatsFailing(bucket: Bucket, report: Report): KeepFailing {
  async function kept<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work();
    } catch (error) {
      report('warn', 'since when a target fails could not be kept', { err: error });
      return otherwise;
    }
  }
  return {
    since: (tenant, subscription, now) =>
      kept(async () => {
        const key = keyOf(tenant, subscription);
        const mark = JSON.stringify({ failing_since: new Date(now).toISOString() });
        if ((await bucket.create(key, mark)) !== null) return now;
        const entry = await bucket.get(key);
        return entry === null ? now : Date.parse(Failing.parse(jsonOf(entry.value)).failing_since);
      }, now),
    clear: (tenant, subscription) =>
      kept(async () => {
        const key = keyOf(tenant, subscription);
        // Looked at first: a deletion leaves a marker, and most targets have no mark.
        const entry = await bucket.get(key);
        if (entry !== null) await bucket.delete(key, entry.revision);
      }, undefined),
  };
}
