import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import { z } from 'zod';
import type { RequestMemory } from '../operations/remembered-answer.ts';

/** Value of KV `http_requests` at `<tenant>.<digest>`. */
const Stored = z.object({
  state: z.enum(['working', 'done', 'failed']),
  at: z.number(),
  digest: z.string(),
  sealed: z.string().nullable(),
});

/** Bucket `http_requests`, whose rows go after a day. */
export function natsRequestMemory(bucket: Pick<Bucket, 'get' | 'create' | 'update' | 'delete'>): RequestMemory {
  return {
    async read(place) {
      const entry = await reachable(bucket.get(place));
      if (entry === null) return null;
      return { request: Stored.parse(JSON.parse(Buffer.from(entry.value).toString())), revision: entry.revision };
    },
    create: (place, request) => reachable(bucket.create(place, JSON.stringify(request))),
    async update(place, request, revision) {
      await reachable(bucket.update(place, JSON.stringify(request), revision));
    },
    async forget(place, revision) {
      await reachable(bucket.delete(place, revision));
    },
  };
}

/** Without the store a repeat could have a second effect: the request is not begun. */
async function reachable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new PatchbayError('overloaded', { message: 'Idempotency keys cannot be kept at the moment.', cause });
  }
}
