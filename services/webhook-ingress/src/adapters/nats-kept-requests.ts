import { keptSlots, PatchbayError, StoredKeptRequest } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { ReadKeptRequests } from '../operations/kept-requests.ts';
import type { KeepRequests } from '../operations/ports.ts';

/** Rows read at once: each may hold half a megabyte. */
const pageRows = 8;

/**
 * Requests that became no event, in bucket `webhook_rejected`: a ring for each source and kind. `nextSlot` counts over all
 * processes; where it cannot, a place is drawn.
 */
export function createNatsKeptRequests(
  bucket: Bucket,
  nextSlot: (ring: string) => Promise<number | null>,
): KeepRequests & ReadKeptRequests {
  return {
    async put(request) {
      const { tenant, source, kind } = request;
      const size = keptSlots[kind];
      const slot = ((await nextSlot(`${source}:${kind}`)) ?? Math.floor(Math.random() * size)) % size;
      await bucket.put(`${tenant}.${source}.${kind}-${slot}`, JSON.stringify(request));
    },
    async *of(tenant, source) {
      try {
        for await (const { entries } of bucket.scan(`${tenant}.${source}.*`, { after: 0, pageRows }))
          yield entries.flatMap(({ value }) => parse(value) ?? []);
      } catch (cause) {
        throw new PatchbayError('overloaded', { message: 'The kept requests cannot be reached.', cause });
      }
    },
  };
}

function parse(value: Uint8Array): StoredKeptRequest | null {
  return StoredKeptRequest.safeParse(JSON.parse(Buffer.from(value).toString('utf8'))).data ?? null;
}
