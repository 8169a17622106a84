import type { Bucket } from '@patchbay/messaging';

/**
 * A bucket's rows in memory, with revisions as the server has them, so that a test can change a row a thousand times. What a
 * real server does with them is tested with one.
 */
export function storedRows(): { readonly rows: Map<string, Buffer>; readonly bucket: Bucket } {
  const rows = new Map<string, Buffer>();
  const revisions = new Map<string, number>();
  let last = 0;
  const write = (key: string, value: string | Uint8Array) => {
    rows.set(key, Buffer.from(value as string));
    revisions.set(key, ++last);
    return last;
  };
  const matching = (pattern: string) => {
    const keys = new RegExp(`^${pattern.replaceAll('.', '\\.').replace('*', '[^.]+').replace('>', '.+')}$`);
    return [...rows].filter(([key]) => keys.test(key));
  };
  const bucket: Bucket = {
    async get(key) {
      const value = rows.get(key);
      return value === undefined ? null : { key, value, revision: revisions.get(key) ?? 0 };
    },
    put: async (key, value) => write(key, value),
    create: async (key, value) => (rows.has(key) ? null : write(key, value)),
    update: async (key, value, revision) => (revisions.get(key) === revision ? write(key, value) : null),
    delete: async (key, revision) => (revision ?? revisions.get(key)) === revisions.get(key) && rows.delete(key),
    async watch(prefix, onChange) {
      for (const [key, value] of matching(prefix)) onChange({ key, value, revision: revisions.get(key) ?? 0 });
      return { unsubscribe() {} };
    },
    async *scan(pattern, { after }) {
      const entries = matching(pattern)
        .map(([key, value]) => ({ key, value, revision: revisions.get(key) ?? 0 }))
        .filter(({ revision }) => revision > after)
        .sort((a, b) => a.revision - b.revision);
      yield { entries, upTo: last, left: 0 };
    },
  };
  return { rows, bucket };
}
