import { reportAlteredStore } from '../operations/altered-store.ts';
import type { FoundOverlap, OverlapStore } from '../operations/overlap-store.ts';
import type { ConnectionStore, CredentialStore, Report } from '../operations/ports.ts';

export interface EndOverlapsPorts {
  readonly overlaps: Pick<OverlapStore, 'follow' | 'delete'>;
  readonly connections: Pick<ConnectionStore, 'get'>;
  readonly credentials: Pick<CredentialStore, 'delete'>;
  readonly report: Report;
  readonly now: () => Date;
  /** Milliseconds between looks. */
  readonly everyMs: number;
}

/** Destroys replaced credentials when their overlap is over. Every vault does; doing it twice is doing it once. */
export async function endOverlaps(ports: EndOverlapsPorts): Promise<{ stop(): void }> {
  const kept = new Map<string, FoundOverlap>();
  const following = await ports.overlaps.follow(
    (key, found) => void kept.set(key, found),
    (key) => void kept.delete(key),
    (key, error) => {
      // What it said before is no longer what is stored, and it destroys nothing now: that is for people to decide.
      kept.delete(key);
      reportAlteredStore(ports.report, error, { bucket: 'overlaps', key });
    },
  );

  async function end(key: string, { value, revision }: FoundOverlap): Promise<void> {
    const found = await ports.connections.get(value.tenant, value.connection);
    // Never the version that counts, whatever the record says.
    if (found !== null && value.version < found.value.credential_version)
      await ports.credentials.delete(value.tenant, value.connection, value.version);
    await ports.overlaps.delete(value, revision);
    if (kept.get(key)?.revision === revision) kept.delete(key);
  }

  const looking = setInterval(() => {
    for (const [key, found] of kept)
      if (Date.parse(found.value.until) <= ports.now().getTime())
        end(key, found).catch((error: unknown) => {
          const { tenant, connection } = found.value;
          if (!reportAlteredStore(ports.report, error, { tenant, connection }))
            ports.report('warn', 'a replaced credential could not be destroyed yet', { key, err: error });
        });
  }, ports.everyMs);
  looking.unref();
  return {
    stop() {
      clearInterval(looking);
      following.unsubscribe();
    },
  };
}
