import { PatchbayError } from '@patchbay/contracts';
import { type Bucket, type BucketChange, StreamRefusal } from '@patchbay/messaging';
import {
  choiceKeyOf,
  type Decoded,
  decodeChoice,
  decodeEntry,
  decodeToolset,
  entryKeyOf,
  toolsetKeyOf,
} from '@patchbay/registry-copy';
import type { ChoiceStore, DocumentStore, EntryStore, ToolsetStore } from '../operations/ports.ts';

/** Longest wait for one read or write, in milliseconds. */
const storeTimeoutMs = 2_000;

export interface EntryStores {
  readonly documents: DocumentStore;
  readonly choices: ChoiceStore;
  readonly toolsets: ToolsetStore;
}

/**
 * Entries of bucket `integrations`. Writes are compare-and-set, so that of replicas registering the same version one
 * wins. Everything written or read goes into the local copy at once: this process answers from it before the watch
 * brings the change round.
 */
export function createNatsEntryStores(
  bucket: Pick<Bucket, 'get' | 'create' | 'update'>,
  applyToCopy: (change: BucketChange) => void,
): EntryStores {
  function storeOf<Address, Stored>(
    keyOf: (address: Address) => string,
    addressOf: (stored: Stored) => Address,
    decode: (address: Address, value: Uint8Array) => Decoded<Stored>,
  ): EntryStore<Address, Stored> {
    async function written(
      stored: Stored,
      write: (key: string, value: Uint8Array) => Promise<number | null>,
    ): Promise<boolean> {
      const key = keyOf(addressOf(stored));
      const value = new TextEncoder().encode(JSON.stringify(stored));
      const revision = await write(key, value).catch((error: unknown) => {
        throw writeFailure(error);
      });
      if (revision !== null) applyToCopy({ key, value, revision });
      return revision !== null;
    }

    return {
      async read(address) {
        const key = keyOf(address);
        const entry = await withinTimeout(bucket.get(key)).catch((cause: unknown) => {
          throw new PatchbayError('overloaded', {
            message: 'The store of integration documents does not answer.',
            cause,
          });
        });
        if (entry === null) return null;
        applyToCopy(entry);
        const decoded = decode(address, entry.value);
        if (decoded.ok) return { stored: decoded.stored, revision: entry.revision };
        const message = `${key} is stored in a form that this release cannot read; for a document, raise the version`;
        throw new PatchbayError('invalid_request', { message, details: { issues: [{ path: 'version', message }] } });
      },
      create: (stored) => written(stored, (key, value) => bucket.create(key, value, storeTimeoutMs)),
      replace: (stored, revision) =>
        written(stored, (key, value) => bucket.update(key, value, revision, storeTimeoutMs)),
    };
  }

  return {
    documents: storeOf(
      entryKeyOf,
      ({ scope, document }) => ({ scope, integration: document.id, version: document.version }),
      decodeEntry,
    ),
    choices: storeOf(choiceKeyOf, (choice) => choice, decodeChoice),
    toolsets: storeOf(toolsetKeyOf, (toolset) => toolset, decodeToolset),
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
