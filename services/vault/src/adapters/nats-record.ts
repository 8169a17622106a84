import { PatchbayError } from '@patchbay/contracts';
import type { Bucket, BucketEntry } from '@patchbay/messaging';
import type { z } from 'zod';
import type { Page } from '../operations/ports.ts';

/** A stored record and the revision to name when replacing it. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly revision: number;
}

/** Longest wait for one read or write of a bucket, in milliseconds: within it a caller still has time for an answer. */
export const storeTimeoutMs = 1_000;

/** Reads and parses one record. @throws PatchbayError `vault_unavailable` when the bucket does not answer or the record is damaged. */
export async function readRecord<Schema extends z.ZodType>(
  bucket: Pick<Bucket, 'get'>,
  key: string,
  schema: Schema,
): Promise<Versioned<z.output<Schema>> | null> {
  const entry = await reachable(withinTimeout(bucket.get(key)));
  return entry === null ? null : { value: parseRecord(entry, schema), revision: entry.revision };
}

/** Rows of a page: what a process holds of a store at once. */
const pageRows = 256;

/**
 * Goes through keys of `pattern` behind a revision. `toRow` may leave an entry out by answering null.
 * @throws PatchbayError `vault_unavailable` when the bucket does not answer; whatever `toRow` throws.
 */
export async function* scanRecords<Row>(
  bucket: Pick<Bucket, 'scan'>,
  pattern: string,
  after: number,
  toRow: (entry: BucketEntry) => Row | null,
): AsyncGenerator<Page<Row>, void, undefined> {
  const pages = bucket.scan(pattern, { after, pageRows })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await reachable(pages.next());
      if (page.done === true) return;
      const { entries, upTo, left } = page.value;
      yield { rows: entries.map(toRow).filter((row) => row !== null), upTo, left };
    }
  } finally {
    await pages.return?.();
  }
}

/** The record in an entry. @throws PatchbayError `vault_unavailable`, not retryable, when it is not of that schema. */
export function parseRecord<Schema extends z.ZodType>(
  entry: Pick<BucketEntry, 'key' | 'value'>,
  schema: Schema,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(entry.value).toString('utf8')));
  } catch {
    // The parser's own text may quote what it read, so it is not kept as the cause.
    throw damagedRecord(`The stored record '${entry.key}' is damaged.`);
  }
}

/** What reading a record fails with that a vault did not write there. */
export function damagedRecord(message: string): PatchbayError {
  return new PatchbayError('vault_unavailable', {
    message,
    retryable: false,
    details: { reason: 'damaged_record' },
  });
}

/** The result of a bucket operation. @throws PatchbayError `vault_unavailable` in place of whatever it failed with. */
export async function reachable<Value>(operation: Promise<Value>): Promise<Value> {
  try {
    return await operation;
  } catch (error) {
    throw new PatchbayError('vault_unavailable', { message: 'The store of connections did not answer.', cause: error });
  }
}

function withinTimeout<Value>(operation: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${storeTimeoutMs} ms`)), storeTimeoutMs);
  return Promise.race([operation, promise]).finally(() => clearTimeout(timer));
}
