import type { StoredApiKey } from '@patchbay/contracts';
import type { IdentityStore, Report } from './ports.ts';

/** Milliseconds within which a key's use is written once. */
const everyMs = 60_000;

/**
 * Remembers when a key was last used, behind the requests that used it. Several gateways may try at once: one of them writes,
 * and that is enough.
 */
export function createNoteUse({
  store,
  report,
  now,
}: {
  readonly store: Pick<IdentityStore, 'readKey' | 'updateKey'>;
  readonly report: Report;
  readonly now: () => number;
}) {
  const noted = new Map<string, number>();
  return (key: StoredApiKey): void => {
    const at = now();
    const last = Math.max(noted.get(key.id) ?? 0, key.last_used_at === null ? 0 : Date.parse(key.last_used_at));
    if (at - last < everyMs) return;
    noted.set(key.id, at);
    void write(key.id, at).catch((err: unknown) =>
      report('warn', 'the use of a key was not noted', { key: key.id, err }),
    );
  };

  async function write(id: string, at: number): Promise<void> {
    const read = await store.readKey(id);
    if (read === null || read.row.revoked_at !== null) return;
    await store.updateKey({ ...read.row, last_used_at: new Date(at).toISOString() }, read.revision);
  }
}
