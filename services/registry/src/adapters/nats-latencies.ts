import { StoredLatencies } from '@patchbay/contracts';
import type { Bucket, Subscription } from '@patchbay/messaging';
import type { ObservedLatencies } from '../domain/observed-latencies.ts';

/** Follows what executors measured. Resolves when what is stored is known; a record that cannot be read counts as none. */
export function followLatencies(bucket: Pick<Bucket, 'watch'>, observed: ObservedLatencies): Promise<Subscription> {
  return bucket.watch('>', ({ key, value }) => observed.apply(key, value === null ? null : read(value)));
}

function read(value: Uint8Array): StoredLatencies | null {
  try {
    return StoredLatencies.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  } catch {
    return null;
  }
}
