import { PatchbayError, WebhookSource } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { StoreSources } from '../operations/ports.ts';

export interface NatsSources extends StoreSources {
  close(): void;
}

export interface NatsSourcesOptions {
  /** A row that is no source was left out. */
  readonly onError: (error: unknown, key: string) => void;
}

/** Sources in bucket `webhook_sources`, and a copy of all of them that follows it. */
export async function openNatsSources(bucket: Bucket, { onError }: NatsSourcesOptions): Promise<NatsSources> {
  const copy = new Map<string, WebhookSource>();
  const watch = await bucket.watch('>', (change) => {
    const { key, value } = change;
    const id = key.split('.')[1] ?? '';
    try {
      if (value === null) copy.delete(id);
      else copy.set(id, parse({ ...change, value }));
    } catch (error) {
      // What cannot be read serves nobody: also not as it was before.
      copy.delete(id);
      onError(error, key);
    }
  });
  return {
    find: (id) => copy.get(id) ?? null,
    list: (tenant) => [...copy.values()].filter((source) => source.tenant === tenant),
    all: () => [...copy.values()],
    async read(tenant, id) {
      const entry = await reachable(bucket.get(`${tenant}.${id}`));
      return entry === null ? null : { source: parse(entry), revision: entry.revision };
    },
    async create(source) {
      if ((await reachable(bucket.create(keyOf(source), JSON.stringify(source)))) === null)
        throw new PatchbayError('internal', { message: 'An id was given twice.' });
    },
    update: async (source, revision) =>
      (await reachable(bucket.update(keyOf(source), JSON.stringify(source), revision))) !== null,
    remove: (source, revision) => reachable(bucket.delete(keyOf(source), revision)),
    close: () => watch.unsubscribe(),
  };
}

const keyOf = ({ tenant, id }: WebhookSource) => `${tenant}.${id}`;

/** @throws Error when it is no source, or that of another key. */
function parse({ key, value }: Pick<BucketEntry, 'key' | 'value'>): WebhookSource {
  const source = WebhookSource.parse(JSON.parse(Buffer.from(value).toString('utf8')));
  if (keyOf(source) !== key) throw new Error('the row is of another key');
  return source;
}

async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new PatchbayError('overloaded', { message: 'The webhook sources cannot be reached.', cause });
  }
}
