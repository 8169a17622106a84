import { PatchbayError, type StoredIntegration } from '@patchbay/contracts';
import { type Bucket, type BucketChange, StreamRefusal } from '@patchbay/messaging';
import { decodeEntry, entryKeyOf } from '@patchbay/registry-copy';
import type { DocumentStore } from '../operations/ports.ts';

/** Longest wait for one read or write, in milliseconds. */
const storeTimeoutMs = 2_000;

/**
 * Documents in bucket `integrations`. Writes are compare-and-set, so that of replicas registering the same version one
 * wins. Everything written or read goes into the local copy at once: this process answers from it before the watch
 * brings the change round.
 */
export function createNatsDocumentStore(
  bucket: Pick<Bucket, 'get' | 'create' | 'update'>,
  applyToCopy: (change: BucketChange) => void,
): DocumentStore {
  async function written(
    key: string,
    stored: StoredIntegration,
    write: (value: Uint8Array) => Promise<number | null>,
  ): Promise<boolean> {
    const value = new TextEncoder().encode(JSON.stringify(stored));
    const revision = await write(value).catch((error: unknown) => {
      throw writeFailure(error);
    });
    if (revision !== null) applyToCopy({ key, value, revision });
    return revision !== null;
  }

  return {
    async read(address) {
      const key = entryKeyOf(address);
      const entry = await withinTimeout(bucket.get(key)).catch((cause: unknown) => {
        throw new PatchbayError('overloaded', {
          message: 'The store of integration documents does not answer.',
          cause,
        });
      });
      if (entry === null) return null;
      applyToCopy(entry);
      const decoded = decodeEntry(address, entry.value);
      if (decoded.ok) return { stored: decoded.stored, revision: entry.revision };
      const message = `${address.integration} ${address.version} is stored in a form that this release cannot read; raise the version`;
      throw new PatchbayError('invalid_request', { message, details: { issues: [{ path: 'version', message }] } });
    },
    create(stored) {
      const key = entryKeyOf({
        scope: stored.scope,
        integration: stored.document.id,
        version: stored.document.version,
      });
      return written(key, stored, (value) => bucket.create(key, value, storeTimeoutMs));
    },
    replace(stored, revision) {
      const key = entryKeyOf({
        scope: stored.scope,
        integration: stored.document.id,
        version: stored.document.version,
      });
      return written(key, stored, (value) => bucket.update(key, value, revision, storeTimeoutMs));
    },
  };
}

/** A refusal wrote nothing. Silence may have: registering again finds out, and an identical document is never stored twice. */
function writeFailure(cause: unknown): PatchbayError {
  if (cause instanceof StreamRefusal)
    return new PatchbayError('overloaded', { message: 'The store of integration documents refused the write.', cause });
  return new PatchbayError('outcome_unknown', {
    message:
      'The store of integration documents did not confirm the write. Send the request again: it changes nothing that was done.',
    retryable: true,
    cause,
  });
}

function withinTimeout<Value>(operation: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${storeTimeoutMs} ms`)), storeTimeoutMs);
  return Promise.race([operation, promise]).finally(() => clearTimeout(timer));
}
