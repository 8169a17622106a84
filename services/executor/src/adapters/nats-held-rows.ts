import { PatchbayError } from '@patchbay/contracts';
import type { Bucket } from '@patchbay/messaging';
import type { HeldPlace } from '../domain/held-record.ts';
import type { HeldRow, HeldRows } from '../operations/subjects/held-on-subject.ts';

/** Of approvals the records, not what leads to them. */
const patternOf = (place: HeldPlace, tenant: string) => (place === 'approvals' ? `${tenant}.record.*` : `${tenant}.*`);

/** Rows of the buckets in which something of a person may be. */
export function createNatsHeldRows(buckets: Readonly<Record<HeldPlace, Bucket>>): HeldRows {
  return {
    async *scan(place, tenant) {
      const pages = buckets[place].scan(patternOf(place, tenant), { after: 0, pageRows: 200 })[Symbol.asyncIterator]();
      try {
        for (;;) {
          const page = await available(pages.next());
          if (page.done === true) return;
          for (const { key, revision, value } of page.value.entries) {
            const row = parsed(value);
            if (row !== null) yield { key, revision, value: row } satisfies HeldRow;
          }
        }
      } finally {
        await pages.return?.();
      }
    },
    replace(place, { key, revision }, value) {
      const bucket = buckets[place];
      return available(
        value === null
          ? bucket.delete(key, revision)
          : bucket.update(key, JSON.stringify(value), revision).then((updated) => updated !== null),
      );
    },
  };
}

function parsed(value: Uint8Array): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(value).toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof PatchbayError) throw cause;
    throw new PatchbayError('overloaded', { message: 'What is kept of executions cannot be reached.', cause });
  }
}
